// SPDX-License-Identifier: Apache-2.0
#include "core/synth/recipe_drawing.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace portrait {
namespace {

struct MeshStyle {
  const char* name;
  float weight;
};
constexpr MeshStyle kMeshStyles[] = {
    {"afro01", 0.6F},  {"bob01", 1},      {"bob02", 1},      {"braid01", 1}, {"long01", 1.2F},
    {"ponytail01", 1}, {"short01", 1.2F}, {"short02", 1.2F}, {"short03", 1}, {"short04", 1.2F}};
struct StyleWeight {
  ProceduralHair style;
  float weight;
};
constexpr StyleWeight kStyles[] = {
    {ProceduralHair::kBald, 0.5F},      {ProceduralHair::kBuzz, 0.8F},
    {ProceduralHair::kCrop, 1},         {ProceduralHair::kSideParted, 1.2F},
    {ProceduralHair::kSweptBack, 1.2F}, {ProceduralHair::kCurlyShort, 0.9F},
    {ProceduralHair::kBob, 1},          {ProceduralHair::kLongStraight, 1.1F},
    {ProceduralHair::kLongWavy, 1.1F},  {ProceduralHair::kAfro, 0.6F},
    {ProceduralHair::kFringeBob, 1},    {ProceduralHair::kTousled, 1}};

template <typename T, std::size_t N, typename Allowed>
const T& pick(const T (&list)[N], RandomStream& random, Allowed&& allowed) {
  float total = 0;
  for (const T& item : list) total += allowed(item) ? item.weight : 0;
  float at = float(random.uniform()) * total;
  const T* last = &list[0];
  for (const T& item : list) {
    if (!allowed(item)) continue;
    last = &item;
    at -= item.weight;
    if (at < 0) break;
  }
  return *last;
}

bool can_be_tied(const HairRecipe& hair) {
  return hair.style == ProceduralHair::kSideParted || hair.style == ProceduralHair::kSweptBack ||
         hair.style == ProceduralHair::kCurlyShort || hair.style == ProceduralHair::kTousled;
}

// What changes the outline alone: people of one style differ most in it.
void draw_outline(RandomStream& random, HairRecipe& hair) {
  if (!hair.mesh.empty()) {
    const bool tied = hair.mesh == "braid01" || hair.mesh == "ponytail01";
    if (!tied) hair.volume_cm = float(std::clamp(random.normal(0.8, 1.4), 0.0, 4.0));
    return;
  }
  if (hangs(hair.style)) {
    hair.thickness_cm = 0.7F + 2.6F * float(std::pow(random.uniform(), 1.8));
    hair.flare = float(std::clamp(random.normal(0.08, 0.2), -0.15, 0.6));
    return;
  }
  if (!can_be_tied(hair) || !random.chance(0.45)) return;
  GatheredHair& gathered = hair.gathered;
  hair.thickness_cm = between(random, 1.0F, 1.6F);  // drawn tight
  gathered.elevation_deg = between(random, -12, 62);
  gathered.azimuth_deg = 180 + float(random.normal(0, 14));
  gathered.bun_cm = between(random, 1.8F, 3.4F);
  if (random.chance(0.4)) {
    gathered.tail_cm = between(random, 12, 34);
    return;
  }
  gathered.buns = random.chance(0.15) ? 2 : 1;
  if (gathered.buns == 2) gathered.azimuth_deg = between(random, 95, 140);
}

}  // namespace

bool is_reserved(const std::string& hair_mesh) {
  return std::any_of(kReservedHairMeshes.begin(), kReservedHairMeshes.end(),
                     [&](const char* name) { return hair_mesh == name; });
}

bool hangs(ProceduralHair style) {
  return style == ProceduralHair::kBob || style == ProceduralHair::kFringeBob ||
         style == ProceduralHair::kLongStraight || style == ProceduralHair::kLongWavy;
}

bool is_reserved(ProceduralHair style) {
  return style == ProceduralHair::kFringeBob || style == ProceduralHair::kTousled;
}

void draw_hair(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe) {
  HairRecipe& hair = recipe.hair;
  if (random.chance(0.5)) {
    hair.mesh = pick(kMeshStyles, random, [&](const MeshStyle& s) {
                  return is_reserved(std::string(s.name)) == options.held_out;
                }).name;
  } else {
    hair.style = pick(kStyles, random, [&](const StyleWeight& s) {
                   return is_reserved(s.style) == options.held_out;
                 }).style;
  }
  hair.mirrored = random.chance(0.5);
  hair.parting = float(random.normal(0, 0.6));
  hair.hairline = float(std::clamp(random.normal(0, 0.45), -0.9, 1.0));
  hair.wave = random.chance(0.4) ? between(random, 0.1F, 0.5F) : 0;
  hair.raggedness_cm = between(random, 0.3F, 1.0F);
  hair.thickness_cm = between(random, 0.8F, 1.6F);
  hair.length_cm = 30;
  switch (hair.style) {
    case ProceduralHair::kBuzz:
      hair.thickness_cm = between(random, 0.12F, 0.3F);
      hair.raggedness_cm = 0.5F;
      break;
    case ProceduralHair::kCrop:
      hair.thickness_cm = between(random, 0.6F, 2.4F);
      break;
    case ProceduralHair::kSideParted:
    case ProceduralHair::kSweptBack:
      hair.thickness_cm = between(random, 1.0F, 4.0F);
      break;
    case ProceduralHair::kCurlyShort:
      hair.thickness_cm = between(random, 1.2F, 4.2F);
      break;
    case ProceduralHair::kTousled:
      hair.thickness_cm = between(random, 1.5F, 4.0F);
      break;
    case ProceduralHair::kAfro:
      hair.thickness_cm = between(random, 2.5F, 5.5F);
      break;
    case ProceduralHair::kBob:
    case ProceduralHair::kFringeBob:
      hair.length_cm = between(random, 18, 25);
      break;
    case ProceduralHair::kLongStraight:
      hair.length_cm = between(random, 26, 40);
      break;
    case ProceduralHair::kLongWavy:
      hair.length_cm = between(random, 24, 40);
      hair.wave = between(random, 0.4F, 1.0F);
      break;
    default:
      break;
  }
  // Men's hair goes at the temples and the crown; here it is any short procedural style.
  const bool shell = hair.style == ProceduralHair::kBuzz || hair.style == ProceduralHair::kCrop;
  if (hair.mesh.empty() && shell && recipe.skin.age > 0.3F && random.chance(0.45)) {
    hair.crown = between(random, 0.25F, 1.0F);
    hair.hairline = std::clamp(hair.hairline + between(random, 0.4F, 1.2F), -0.9F, 1.6F);
  }
  hair.shine = between(random, 0.4F, 1.5F);
  draw_outline(random, recipe.hair);
  // From black over brown to blond along one ramp; red hair has more of the other pigment.
  const float dark_skin = recipe.skin.melanin;
  const float light = std::pow(float(random.uniform()), 1.3F + 6.0F * dark_skin);
  const Eigen::Vector3f ramp[] = {{0.010F, 0.008F, 0.007F},
                                  {0.035F, 0.021F, 0.014F},
                                  {0.095F, 0.052F, 0.028F},
                                  {0.24F, 0.145F, 0.072F},
                                  {0.48F, 0.34F, 0.19F}};
  const float step = std::min(light * 4, 3.999F);
  hair.colour = mix(ramp[int(step)], ramp[int(step) + 1], step - std::floor(step));
  if (random.chance(0.08) && dark_skin < 0.5F)
    hair.colour = mix(hair.colour, {0.26F, 0.075F, 0.022F}, between(random, 0.4F, 0.9F));
  // Brows are darker than the hair, and never lighter than the skin under them.
  const float shade = 0.42F * (1 - 0.6F * dark_skin);
  recipe.skin.brow_colour = hair.colour * shade + Eigen::Vector3f(0.008F, 0.006F, 0.005F);
  hair.colour_variation = between(random, 0.12F, 0.35F);
  const float age = recipe.skin.age;
  if (age > 0.55F && random.chance(0.7)) {
    hair.grey = std::clamp((age - 0.5F) * 2.2F * between(random, 0.5F, 1.2F), 0.0F, 1.0F);
    recipe.skin.brow_colour = mix(recipe.skin.brow_colour, {0.25F, 0.24F, 0.23F}, 0.5F * hair.grey);
  } else if (random.chance(0.06)) {
    hair.colour =
        hsv(float(random.uniform()), between(random, 0.4F, 0.9F), between(random, 0.08F, 0.4F));
    hair.root_darkening = between(random, 0, 0.9F);
  } else if (random.chance(0.12)) {
    hair.root_darkening = between(random, 0.3F, 0.8F);
    hair.colour = hair.colour * 1.6F;
  }
}

}  // namespace portrait
