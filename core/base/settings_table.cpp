// SPDX-License-Identifier: Apache-2.0
// One row per setting: key, label, unit, help, default, domain, group, when it applies, advanced.
#include "core/base/settings.h"

namespace portrait {
namespace {

using Flag = FlagDomain;
using Whole = IntegerDomain;
using Real = RealDomain;
using Choice = ChoiceDomain;
using Angles = AngleListDomain;
using Text = TextDomain;

const std::vector<SettingRow> kTable = {
    {"seed", "Seed", "",
     "Where the random numbers start. The same seed, settings, pack and "
     "machine make the same head.",
     0, Whole{0, 2147483647}, "General", Applies::kRestart},
    {"device", "Device", "",
     "Where the work is done. auto takes CUDA when LibTorch has it, else "
     "the processor.",
     "auto", Choice{{"auto", "cpu", "cuda"}}, "General", Applies::kRestart},
    {"memory_limit", "Memory", "GB",
     "What the whole program may take. Pictures are painted smaller where it would not do; 0 takes "
     "what is free on the machine.",
     0.0, Real{0, 4096, 1}, "General", Applies::kNextStage},
    {"face", "Face", "",
     "Which face of a photo with several: 1 is the leftmost, 2 the next to its right; 0 takes the "
     "largest.",
     0, Whole{0, 99}, "General", Applies::kRestart},

    {"field_of_view", "Field of view", "deg",
     "How wide the photo's lens saw, across the whole photo, 5 to 120; 0 takes what the file says, "
     "or else what fits the face.",
     0.0, Real{0, 120, 1}, "General", Applies::kRestart},

    {"photo_fit", "Fit to the photo", "",
     "After the first head, adjust it until it shows the "
     "photo at the photo's camera. Off keeps the first head as it is.",
     true, Flag{}, "Photo fit", Applies::kNextStage},
    {"photo_fit.minutes", "Time", "min",
     "How long the fit may take. Turned into a number of steps "
     "before it starts, so that the same head can be made again.",
     3.0, Real{0.05, 240, 0.5}, "Photo fit", Applies::kNextStage},
    {"photo_fit.steps_max", "Steps at most", "",
     "The fit never takes more steps than this, "
     "whatever the time allows.",
     2000, Whole{1, 100000, 50}, "Photo fit", Applies::kNextStage},
    {"photo_fit.learning_rate_planes", "Learning rate, planes", "",
     "Step size for the head's own "
     "features. Higher fits faster and rougher.",
     0.04, Real{0, 1, 0.001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.learning_rate_decoder", "Learning rate, decoder", "",
     "Step size for the network "
     "that turns features into colour and density. 0 leaves it alone.",
     0.001, Real{0, 1, 0.0001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.learning_rate_sr", "Learning rate, super-resolution", "",
     "Step size for the "
     "network that sharpens the frames. 0 leaves it alone.",
     0.0005, Real{0, 1, 0.0001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.hold_weight", "Hold", "",
     "How strongly the sides that the photo does not show are "
     "held to the first head. 0 lets them drift.",
     1.0, Real{0, 100, 0.1}, "Photo fit", Applies::kLive},
    {"photo_fit.relief_weight", "Hold of relief", "",
     "How strongly the fine relief of what the photo shows is held to the first head's. A photo "
     "does not tell how far away a pixel is: at 0 profiles come out serrated.",
     0.5, Real{0, 100, 0.1}, "Photo fit", Applies::kLive, true},
    {"photo_fit.hold_views", "Held views", "", "How many random views are held in each step.", 1,
     Whole{0, 16}, "Photo fit", Applies::kNextStage, true},

    {"geometry", "Geometry", "",
     "After the fit, let the diffusion model repair the shape of what the photo does not show. "
     "Views "
     "agree better then, and are a little softer. The compact pack's first heads have a back "
     "already; a prior that knows faces only from the front needs it.",
     false, Flag{}, "Geometry", Applies::kNextStage},
    {"geometry.steps", "Steps", "", "Steps of the repair. More of them change the head further.",
     30, Whole{1, 10000, 10}, "Geometry", Applies::kNextStage},
    {"geometry.size", "Picture size", "px", "Width and height of the views that are judged.", 256,
     Whole{64, 512, 64}, "Geometry", Applies::kNextStage, true},
    {"geometry.views_per_step", "Views a step", "",
     "Random viewpoints, all round the head and up to 30 degrees above and below, in each step.", 1,
     Whole{1, 16}, "Geometry", Applies::kLive, true},
    {"geometry.guidance", "Guidance", "",
     "How far the diffusion model goes beyond what the photo's person asks for; 1 is plain.", 2.0,
     Real{1, 20, 0.5}, "Geometry", Applies::kLive, true},
    {"geometry.distillation_weight", "Weight of the diffusion", "",
     "How strongly the diffusion model pulls, beside the photo.", 1.0, Real{0, 1000, 0.1},
     "Geometry", Applies::kLive, true},
    {"geometry.reference_loss", "Hold to the photo", "",
     "Compare with the photo in this stage too. The paper does not: without it the face drifts.",
     true, Flag{}, "Geometry", Applies::kLive, true},
    {"geometry.reference_weight", "Weight of the photo", "",
     "How strongly the head is held to the photo meanwhile.", 1.0, Real{0, 100, 0.1}, "Geometry",
     Applies::kLive, true},
    {"geometry.detail_preservation", "Keep details", "",
     "Change the head's features through a network that keeps what they show (5). Off changes them "
     "one by one, and details are lost: to compare.",
     true, Flag{}, "Geometry", Applies::kNextStage, true},
    {"geometry.learning_rate_unet", "Learning rate, network", "",
     "Step size for the network that changes the head's features as a whole.", 0.0005,
     Real{0, 1, 0.0001}, "Geometry", Applies::kLive, true},
    {"geometry.learning_rate_planes", "Learning rate, planes", "",
     "Step size for the features themselves, where details are not kept.", 0.005, Real{0, 1, 0.001},
     "Geometry", Applies::kLive, true},
    {"geometry.learning_rate_decoder", "Learning rate, decoder", "",
     "Step size for the network that turns features into colour and density. 0 leaves it alone.",
     0.0001, Real{0, 1, 0.0001}, "Geometry", Applies::kLive, true},

    {"detail", "Detail", "",
     "After the fit, paint the head's sides and back with the diffusion model, "
     "view by view, and bring it to what was painted.",
     true, Flag{}, "Detail", Applies::kNextStage},
    {"detail.iterations", "Iterations", "",
     "How often every view is painted anew. More is more detailed and takes longer.", 50,
     Whole{1, 1000, 5}, "Detail", Applies::kNextStage},
    {"detail.size", "Picture size", "px",
     "Width and height of the pictures that are painted. Half of it takes a quarter of the time.",
     512, Whole{64, 512, 64}, "Detail", Applies::kNextStage},
    {"detail.views_per_iteration", "Views an iteration", "",
     "How many of the viewpoints take their turn in one iteration; all of them in the first.", 2,
     Whole{1, 32}, "Detail", Applies::kLive, true},
    {"detail.viewpoints", "Viewpoints", "",
     "Where the head is painted from, in order: each view is told what the nearest one before it "
     "shows, the first what the photo shows. A changed one begins anew, with those that it tells. "
     "A weight says how much a view counts when the head is brought to what was painted; a view of "
     "weight 0 is not painted, and tells others what the head shows there.",
     "0,0 30,0 -30,0 60,0 -60,0 90,0 -90,0 120,0 -120,0 150,0 -150,0 180,0 0,45", Angles{1, 32},
     "Detail", Applies::kLive, true},
    {"detail.inner_steps", "Rounds an iteration", "",
     "How often all views are gone through with one painting of them. From the second time on the "
     "head is moved after each view, which brings it much nearer to what was painted.",
     3, Whole{1, 16}, "Detail", Applies::kLive, true},
    {"detail.random_views", "Views in between", "",
     "Random viewpoints between the fixed ones that are painted in each iteration besides.", 1,
     Whole{0, 8}, "Detail", Applies::kLive, true},
    {"detail.random_weight", "Weight of views in between", "",
     "How much the random viewpoints count against a fixed one.", 1.0, Real{0, 10, 0.1}, "Detail",
     Applies::kLive, true},
    {"detail.reference_weight", "Weight of the photo", "",
     "How strongly the head is held to the photo while its sides are painted.", 4.0,
     Real{0, 100, 0.1}, "Detail", Applies::kLive},
    {"detail.colour_scale", "Colours kept above", "",
     "What is painted changes details only up to this size, as a share of the picture's side; "
     "colours that are coarser stay as they were when Detail began, or with a locked view as the "
     "head has them. 0 paints colours too, as the paper does.",
     0.015, Real{0, 0.25, 0.005}, "Detail", Applies::kLive, true},
    {"detail.keep_outlines", "Keep outlines", "",
     "What is painted counts inside the head alone, and outlines stay sharp as they are. Off, it "
     "may change them too, as in the paper.",
     true, Flag{}, "Detail", Applies::kLive, true},
    {"detail.solid_weight", "Weight of solidity", "",
     "How strongly the head is kept from becoming translucent, and from growing where outlines are "
     "kept, while it is brought to painted views, from the second time they are gone through.",
     10.0, Real{0, 1000, 1}, "Detail", Applies::kLive, true},
    {"detail.relief_weight", "Hold of relief", "",
     "How strongly the fine relief of what the photo shows is held to that of the head that Detail "
     "began with. 0 leaves it to the photo alone.",
     0.5, Real{0, 100, 0.1}, "Detail", Applies::kLive, true},
    {"detail.surface_rate", "Fine colours", "",
     "How fast the head's surface takes over strokes of what is painted that are finer than its "
     "own "
     "features, as hair and pores are, and those of the photo where it shows the surface. Less is "
     "smoother. 0 leaves them out, as the paper does.",
     0.2, Real{0, 1, 0.05}, "Detail", Applies::kLive, true},
    {"detail.lock_weight", "Weight of locked views", "",
     "How much a view counts whose picture the artist has painted and locked, against one that the "
     "diffusion model painted.",
     4.0, Real{0, 100, 0.5}, "Detail", Applies::kLive},
    {"detail.lock_steps", "Steps of locked views", "",
     "How many steps the head takes towards each locked view in a round, from the second on. More "
     "bring it nearer to the artist's picture and take longer.",
     4, Whole{1, 32}, "Detail", Applies::kLive, true},
    {"detail.slope_weight", "Weight of edges", "",
     "How much edges count when the head is brought to a painted view, beside colours.", 3.0,
     Real{0, 100, 0.1}, "Detail", Applies::kLive, true},
    {"detail.perceptual_weight", "Weight of looks", "",
     "How much it counts that the head looks like a painted view to a network that compares "
     "pictures of faces, beside colours and edges. Without such a network in the model pack it "
     "does nothing.",
     0.0, Real{0, 10, 0.001}, "Detail", Applies::kLive, true},
    {"detail.optimizer", "Optimiser", "",
     "adam scales the step of every number by itself; gradient goes straight down the slope, as "
     "the paper writes it.",
     "adam", Choice{{"adam", "gradient"}}, "Detail", Applies::kLive, true},
    {"detail.learning_rate_planes", "Learning rate, planes", "",
     "Step size for the head's own features.", 0.03, Real{0, 1000, 0.001}, "Detail", Applies::kLive,
     true},
    {"detail.learning_rate_decoder", "Learning rate, decoder", "",
     "Step size for the network that turns features into colour and density. 0 leaves it alone.",
     0.0001, Real{0, 1000, 0.0001}, "Detail", Applies::kLive, true},
    {"detail.learning_rate_sr", "Learning rate, super-resolution", "",
     "Step size for the network that sharpens the frames. 0 leaves it alone.", 0.0002,
     Real{0, 1000, 0.0001}, "Detail", Applies::kLive, true},

    {"diffusion.t_max", "Noise at first", "",
     "The timestep, of 1000, that renders are noised to in the first iteration. Higher repaints "
     "more of the head.",
     500, Whole{1, 999, 10}, "Diffusion", Applies::kLive},
    {"diffusion.t_min", "Noise at last", "",
     "The timestep of the last iteration; between them it falls evenly.", 150, Whole{1, 999, 10},
     "Diffusion", Applies::kLive},
    {"diffusion.denoise_steps", "Denoising steps", "",
     "Steps that a fixed view is painted in; 1 takes the model's first answer.", 1, Whole{1, 50},
     "Diffusion", Applies::kLive, true},
    {"diffusion.random_denoise_steps", "Denoising steps in between", "",
     "The same for the random viewpoints between the fixed ones.", 4, Whole{1, 50}, "Diffusion",
     Applies::kLive, true},
    {"diffusion.guidance", "Guidance", "",
     "How far the painting goes beyond what the photo's person asks for: 1 is plain and takes half "
     "the time of any other value.",
     1.0, Real{1, 20, 0.5}, "Diffusion", Applies::kLive, true},
    {"diffusion.prompt", "Prompt", "",
     "What the painting is to be of, in words, where the pack's networks read a text instead of "
     "the "
     "photo.",
     "a photo of a person, head and shoulders", Text{600}, "Diffusion", Applies::kLive},
    {"diffusion.negative_prompt", "Negative prompt", "",
     "What it is to keep away from, where guidance is above 1.", "", Text{600}, "Diffusion",
     Applies::kLive},
    {"diffusion.view_prompts", "Name the view", "",
     "Add the side that is painted to the prompt: front view, side view, back view, view from "
     "above.",
     true, Flag{}, "Diffusion", Applies::kLive, true},
    {"diffusion.precision", "Precision", "",
     "Of the painting's networks. half takes half the memory, and less time where the processor "
     "multiplies bfloat16; auto takes it for networks of more than 200 million numbers.",
     "auto", Choice{{"auto", "single", "half"}}, "Diffusion", Applies::kRestart, true},
    {"diffusion.texture", "Texture of noise", "",
     "Leave a little of the noise in what is painted, where the pack's decoder has learned to make "
     "hair and pores of it. Off leaves none, as the paper has it.",
     true, Flag{}, "Diffusion", Applies::kLive, true},

    {"hpdm.explicit", "Reprojection", "",
     "Tell the diffusion model what the neighbouring view shows, carried into this one (9).", true,
     Flag{}, "HPDM", Applies::kLive},
    {"hpdm.w_ex", "Weight of the reprojection", "",
     "How strictly it keeps to that. 1 is the paper.", 1.0, Real{0, 2, 0.05}, "HPDM",
     Applies::kLive},
    {"hpdm.implicit", "Neighbour's features", "",
     "Let it see the neighbouring view itself, its features carried into this one (10).", true,
     Flag{}, "HPDM", Applies::kLive},
    {"hpdm.w_im", "Weight of the features", "", "How much those count. 1 is the paper.", 1.0,
     Real{0, 2, 0.05}, "HPDM", Applies::kLive},
    {"hpdm.geometry_prior", "Geometry", "",
     "Tell it the head's normals and its coarse colours in this view (11).", true, Flag{}, "HPDM",
     Applies::kLive},
    {"hpdm.w_geo", "Weight of the geometry", "", "How much those count. 1 is the paper.", 1.0,
     Real{0, 2, 0.05}, "HPDM", Applies::kLive},

    {"noise.mode", "Noise", "",
     "anchor_optimised draws noise near that of the neighbouring views and keeps what makes them "
     "agree: the method. anchor draws it and keeps all; random draws afresh each time; fixed never "
     "does.",
     "anchor_optimised", Choice{{"fixed", "random", "anchor", "anchor_optimised"}}, "MV-NRS",
     Applies::kNextStage},
    {"noise.sigma", "Spread", "",
     "How far new noise may be from the anchor: 0 stays there, 1 forgets it (12).", 0.1,
     Real{0, 1, 0.01}, "MV-NRS", Applies::kLive},

    {"render.coarse_samples", "Coarse samples", "",
     "Samples on every ray, spread evenly, that "
     "find where the head is.",
     48, Whole{4, 256, 4}, "Rendering", Applies::kNextStage, true},
    {"render.fine_samples", "Fine samples", "",
     "Further samples on every ray, placed where the "
     "coarse ones found the head.",
     48, Whole{0, 256, 4}, "Rendering", Applies::kNextStage, true},
    {"bake.samples", "Viewport detail", "",
     "Samples over the head's height in the volume that the "
     "viewport draws. More is sharper and slower to update.",
     192, Whole{32, 384, 32}, "Rendering", Applies::kLive},
    {"background", "Background", "", "The one colour behind photo, renders and turntable.", "grey",
     Choice{{"white", "grey", "black"}}, "Rendering", Applies::kRestart},

    {"mesh.resolution", "Mesh resolution", "",
     "Samples along each edge of the cube that the "
     "surface is taken from.",
     256, Whole{32, 768, 32}, "Mesh", Applies::kLive},
    {"mesh.threshold", "Surface density", "",
     "The density at which the surface lies. Lower grows "
     "the mesh, higher shrinks it.",
     25.0, Real{0.1, 1000, 1}, "Mesh", Applies::kLive, true},
    {"mesh.bottom", "Cut at", "mm",
     "Height at which the bust ends in a flat cut, from the head's centre: -100 is about the neck, "
     "-190 as far as pictures of the head show it, -200 all of it.",
     -190.0, Real{-200, 0, 5}, "Mesh", Applies::kLive},
    {"mesh.triangles", "Triangles", "",
     "At most so many in an exported mesh, closer together on the face. 0 keeps all of the "
     "surface.",
     80000, Whole{0, 4000000, 10000}, "Mesh", Applies::kLive},
    {"mesh.texture", "Texture", "px",
     "Width and height of an exported mesh's texture. 0: colours of the vertices alone.", 2048,
     Whole{0, 8192, 1024}, "Mesh", Applies::kLive},
    {"mesh.face_detail", "Texels on the face", "x",
     "How many times closer together the texture's texels lie on the face than elsewhere.", 1.5,
     Real{1, 4, 0.25}, "Mesh", Applies::kLive, true},
    {"mesh.normal_map", "Normal map", "",
     "Keep the relief that an exported mesh loses to fewer triangles beside its texture, as "
     "head_normals.png (tangent space, +Y up as in OpenGL). OBJ and USD name it; a GLB, which is "
     "shown without light, has it beside it.",
     false, Flag{}, "Mesh", Applies::kLive, true},

    {"turntable.frames", "Frames", "", "Frames of one full turn.", 90, Whole{2, 1440, 10},
     "Turntable", Applies::kLive},
    {"turntable.size", "Size", "px", "Width and height of the turntable's frames.", 512,
     Whole{64, 4096, 64}, "Turntable", Applies::kLive},
    {"turntable.elevation", "Elevation", "deg",
     "Height of the turntable's camera; above 0 looks "
     "down on the head.",
     0.0, Real{-60, 60, 5}, "Turntable", Applies::kLive},
    {"turntable.ease", "Ease", "",
     "Start and end the turn slowly instead of turning steadily; a film that loops is better "
     "steady.",
     false, Flag{}, "Turntable", Applies::kLive},
    {"turntable.background", "Background", "",
     "Behind the head in films that have no alpha; studio is the viewport's dark grey.", "studio",
     Choice{{"studio", "white", "grey", "black"}}, "Turntable", Applies::kLive},
};

const std::vector<SettingsPreset> kPresets = {
    {"draft",
     "A head in a few minutes.",
     {{"photo_fit.minutes", 1.25},
      {"detail.iterations", 12},
      {"detail.lock_steps", 8},  // in fewer iterations
      {"detail.random_views", 0},
      {"detail.size", 256},
      {"detail.learning_rate_sr", 0.0},  // made for 512 pixels, it is not to be bent to fewer
      {"render.coarse_samples", 32},
      {"render.fine_samples", 32},
      {"mesh.resolution", 192}}},
    {"standard", "The defaults.", {}},
    {"high",
     "For a machine that is left alone with it.",
     {{"photo_fit.minutes", 12.0},
      {"photo_fit.steps_max", 10000},
      {"detail.iterations", 120},
      {"detail.views_per_iteration", 4},
      {"bake.samples", 256},
      {"mesh.resolution", 384},
      {"mesh.triangles", 200000},
      {"mesh.texture", 4096}}},
    // The departures of docs/method.md undone, as far as a setting undoes them.
    {"paper",
     "The method as the paper writes it; slower to take shape.",
     {{"photo_fit", false},
      {"geometry", true},
      {"geometry.steps", 60},
      {"geometry.reference_loss", false},
      {"detail.views_per_iteration", 13},
      {"detail.inner_steps", 1},
      {"detail.reference_weight", 1.0},
      {"detail.colour_scale", 0.0},
      {"detail.keep_outlines", false},
      {"detail.solid_weight", 0.0},
      {"detail.relief_weight", 0.0},
      {"detail.surface_rate", 0.0},
      {"detail.slope_weight", 1.0},
      {"detail.optimizer", "gradient"},
      {"detail.learning_rate_planes", 100.0},
      {"detail.learning_rate_decoder", 0.01},
      {"detail.learning_rate_sr", 0.01},
      {"diffusion.t_min", 500},
      {"diffusion.texture", false}}},
};

}  // namespace

std::span<const SettingRow> settings_table() {
  return kTable;
}
std::span<const SettingsPreset> settings_presets() {
  return kPresets;
}

}  // namespace portrait
