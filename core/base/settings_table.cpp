// SPDX-License-Identifier: Apache-2.0
// One row per setting: key, label, unit, help, default, domain, group, when it applies, advanced.
#include "core/base/settings.h"

namespace portrait {
namespace {

using Flag = FlagDomain;
using Whole = IntegerDomain;
using Real = RealDomain;
using Choice = ChoiceDomain;

const std::vector<SettingRow> kTable = {
    {"seed", "Seed", "",
     "Where the random numbers start. The same seed, settings, pack and "
     "machine make the same head.",
     0, Whole{0, 2147483647}, "General", Applies::kRestart},
    {"device", "Device", "",
     "Where the work is done. auto takes CUDA when LibTorch has it, else "
     "the processor.",
     "auto", Choice{{"auto", "cpu", "cuda"}}, "General", Applies::kRestart},
    {"face", "Face", "",
     "Which face of a photo with several: 1 is the leftmost, 2 the next to its right; 0 takes the "
     "largest.",
     0, Whole{0, 99}, "General", Applies::kRestart},

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
     0.02, Real{0, 1, 0.001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.learning_rate_decoder", "Learning rate, decoder", "",
     "Step size for the network "
     "that turns features into colour and density. 0 leaves it alone.",
     0.0002, Real{0, 1, 0.0001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.learning_rate_sr", "Learning rate, super-resolution", "",
     "Step size for the "
     "network that sharpens the frames. 0 leaves it alone.",
     0.0005, Real{0, 1, 0.0001}, "Photo fit", Applies::kLive, true},
    {"photo_fit.hold_weight", "Hold", "",
     "How strongly the sides that the photo does not show are "
     "held to the first head. 0 lets them drift.",
     1.0, Real{0, 100, 0.1}, "Photo fit", Applies::kLive},
    {"photo_fit.hold_views", "Held views", "", "How many random views are held in each step.", 1,
     Whole{0, 16}, "Photo fit", Applies::kNextStage, true},

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
     10.0, Real{0.1, 1000, 1}, "Mesh", Applies::kLive, true},

    {"turntable.frames", "Frames", "", "Frames of one full turn.", 90, Whole{2, 1440, 10},
     "Turntable", Applies::kLive},
    {"turntable.size", "Size", "px", "Width and height of the turntable's frames.", 512,
     Whole{64, 4096, 64}, "Turntable", Applies::kLive},
    {"turntable.elevation", "Elevation", "deg",
     "Height of the turntable's camera; above 0 looks "
     "down on the head.",
     0.0, Real{-60, 60, 5}, "Turntable", Applies::kLive},
};

const std::vector<SettingsPreset> kPresets = {
    {"draft",
     "A head in a few minutes.",
     {{"photo_fit.minutes", 1.5},
      {"render.coarse_samples", 32},
      {"render.fine_samples", 32},
      {"mesh.resolution", 192}}},
    {"standard", "The defaults.", {}},
    {"high",
     "For a machine that is left alone with it.",
     {{"photo_fit.minutes", 12.0},
      {"photo_fit.steps_max", 10000},
      {"bake.samples", 256},
      {"mesh.resolution", 384}}},
};

}  // namespace

std::span<const SettingRow> settings_table() {
  return kTable;
}
std::span<const SettingsPreset> settings_presets() {
  return kPresets;
}

}  // namespace portrait
