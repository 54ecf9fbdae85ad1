// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace portrait {

struct SynthOptions {
  std::uint64_t seed = 1;
  // Held-out subjects use only reserved hair styles and have random keys of their own; training
  // subjects never use a reserved style.
  bool held_out = false;
  double identity_spread = 1.0;   // deviation of the identity coefficients
  double expression_scale = 1.0;  // 0 = neutral faces
  bool glasses = true;            // some subjects wear glasses
  bool headwear = true;           // some wear hats, caps, beanies or scarves
};

// Procedural hair. Styles are numbered; a fifth of them is reserved for held-out subjects.
enum class ProceduralHair : std::uint8_t {
  kBald,
  kBuzz,  // painted on the scalp, with a thin shell
  kCrop,  // short cap
  kSideParted,
  kSweptBack,
  kCurlyShort,
  kBob,
  kLongStraight,
  kLongWavy,
  kAfro,
  kFringeBob,  // bob with a fringe over the forehead; reserved
  kTousled,    // short and irregular; reserved
};
inline constexpr int kProceduralStyles = 12;

// Names of the hair meshes kept for held-out subjects.
inline constexpr std::array<const char*, 2> kReservedHairMeshes = {"braid01", "short03"};
bool is_reserved(const std::string& hair_mesh);
bool is_reserved(ProceduralHair style);
// Whether its strands fall free of the scalp, down to neck or shoulders.
bool hangs(ProceduralHair style);

// Short styles may be tied up: into buns, or a tail that falls from the band.
struct GatheredHair {
  int buns = 0;               // 0 none, 1, or 2, one on each side
  float bun_cm = 2.8F;        // radius
  float tail_cm = 0;          // length of the tail, 0 none
  float azimuth_deg = 180;    // of the band on the skull: 180 behind; of the right one of two
  float elevation_deg = 20;
};

struct HairRecipe {
  std::string mesh;  // a mesh style, or empty for a procedural one
  ProceduralHair style = ProceduralHair::kCrop;
  Eigen::Vector3f colour = {0.05F, 0.035F, 0.025F};  // linear albedo of the strands
  float colour_variation = 0.2F;                     // strand to strand
  float grey = 0;                                    // share of grey strands
  float root_darkening = 0;                          // dyed hair shows darker roots
  float hairline = 0;                                // -1 low .. 1 receding, 1.6 far back
  float thickness_cm = 1.0F;                         // over the scalp
  float length_cm = 10.0F;     // how far it hangs below the crown (long styles)
  float parting = 0;           // -1 right .. 1 left
  float wave = 0;              // 0 straight .. 1 curly
  float raggedness_cm = 1.0F;  // at the ends
  float shine = 1;             // of the strands' highlights
  float crown = 0;             // bald patch on the crown: 0 none .. 1 down to the temples
  float volume_cm = 0;  // mesh styles: how much further the lengths stand off
  float flare = 0;      // hanging hair: how much wider it gets on its way down, as a share
  GatheredHair gathered;
  bool mirrored = false;
};

struct SkinRecipe {
  float melanin = 0.3F;      // 0 palest .. 1 darkest
  float haemoglobin = 0.5F;  // 0 .. 1
  float warmth = 0;          // -1 .. 1, undertone
  float mottling = 0.5F;
  float redness = 0.5F;  // cheeks, nose, ears
  float freckles = 0;    // 0 none .. 1 many
  float pores = 0.5F;
  float age = 0.2F;          // 0 young .. 1 old: wrinkles, spots, under-eye
  float shine = 0.3F;        // specular
  float stubble = 0;         // 0 none .. 1 dense short beard
  float beard_cm = 0;        // length of the beard; 0: stubble only
  float beard_curl = 0;      // 0 straight .. 1 curly
  float beard_reach = 0.5F;  // 0 moustache and chin only .. 1 up to the cheeks
  Eigen::Vector3f lip_tint = Eigen::Vector3f::Zero();
  float lip_tint_amount = 0;  // make-up
  float eyeliner = 0;
  float blush = 0;
  Eigen::Vector3f eye_shadow = Eigen::Vector3f::Zero();  // linear
  float eye_shadow_amount = 0;
  float brow_density = 0.7F;
  float brow_thickness = 1.0F;
  Eigen::Vector3f brow_colour = {0.05F, 0.035F, 0.025F};  // linear
};

struct EyeRecipe {
  Eigen::Vector3f iris = {0.15F, 0.08F, 0.04F};   // linear
  Eigen::Vector3f inner = {0.25F, 0.13F, 0.05F};  // ring round the pupil
  float pupil = 0.38F;                            // of the iris's radius
  float limbal = 0.7F;                            // darkness of the limbal ring
  float redness = 0.1F;                           // of the white
};

enum class ClothCut : std::uint8_t { kPlain, kRibbed, kShirt, kJacket };

struct ClothRecipe {
  bool present = true;
  ClothCut cut = ClothCut::kPlain;
  Eigen::Vector3f colour = {0.2F, 0.2F, 0.25F};  // linear
  Eigen::Vector3f second = {0.4F, 0.4F, 0.4F};
  int pattern = 0;            // 0 plain, 1 stripes round, 2 stripes down, 3 checks, 4 mottled
  float collar_cm = 1.0F;     // height of the collar over the neck's base
  float loose_cm = 0.25F;     // how far the collar stands off the neck
  float neckline_cm = 2.0F;   // how far the front opening hangs down
  float shoulder_cm = 18.0F;  // half width
  float chest_cm = 9.8F;      // depth of the torso before the neck's axis
  float back_cm = 8.6F;       // and behind it
  float slope = 0;            // of the shoulders: 0 square .. 1 sloping
};

// How the body is held under the head, which looks ahead: degrees of the torso about the neck.
struct PostureRecipe {
  float yaw_deg = 0;    // towards the head's +X
  float pitch_deg = 0;  // the neck comes forward
  float roll_deg = 0;
};

enum class Headwear : std::uint8_t { kNone, kBeanie, kCap, kBrimmed, kScarf };

// Worn over hair that is pressed flat; always with procedural hair.
struct HeadwearRecipe {
  Headwear kind = Headwear::kNone;
  Eigen::Vector3f colour = {0.1F, 0.1F, 0.1F};  // linear
  float height_cm = 2;                          // of its crown over the skull
  float brim_cm = 6;                            // how far it sticks out
};

struct GlassesRecipe {
  bool present = false;
  Eigen::Vector3f colour = {0.02F, 0.02F, 0.02F};  // linear
  float width_cm = 2.6F;                           // half width of a lens
  float height_cm = 1.9F;
  float roundness = 0.5F;  // 0 box .. 1 ellipse
  float rim_cm = 0.2F;
};

struct DirectionalLight {
  Eigen::Vector3f direction = Eigen::Vector3f::UnitZ();  // towards the light, world, unit length
  Eigen::Vector3f colour = Eigen::Vector3f::Zero();      // linear irradiance at normal incidence
  float softness = 0.05F;                                // of its shadow's edge, world units
};

struct LightRecipe {
  // Irradiance / pi by second-order spherical harmonics of the ambient light, nine RGB rows,
  // already convolved with the cosine: E(n) = sum_i basis_i(n) * ambient.row(i).
  Eigen::Matrix<float, 9, 3> ambient = Eigen::Matrix<float, 9, 3>::Zero();
  std::vector<DirectionalLight> lights;
};

// Every parameter of a synthetic subject.
struct SubjectRecipe {
  std::uint64_t noise_seed = 0;                           // of all procedural patterns
  std::vector<float> identity;                            // 100 coefficients
  float build = 0;                                        // -1 thin .. 1 heavy face and neck
  std::vector<std::pair<std::string, float>> expression;  // name, weight in [0, 1]
  HairRecipe hair;
  SkinRecipe skin;
  EyeRecipe eyes;
  ClothRecipe cloth;
  GlassesRecipe glasses;
  HeadwearRecipe headwear;
  PostureRecipe posture;
  LightRecipe light;
};

// A pure function of its arguments (Philox, keyed by seed, purpose and index).
SubjectRecipe draw_recipe(std::uint32_t index, const SynthOptions& options = {});

}  // namespace portrait
