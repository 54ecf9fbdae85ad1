// SPDX-License-Identifier: Apache-2.0
#include "core/synth/recipe_drawing.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace portrait {
namespace {

// Mostly what people wear: blacks, blues, greys, whites, earths; now and then anything.
Eigen::Vector3f cloth_colour(RandomStream& random) {
  static constexpr float kWorn[][3] = {
      {0.012F, 0.012F, 0.014F}, {0.03F, 0.032F, 0.036F}, {0.012F, 0.018F, 0.05F},
      {0.05F, 0.09F, 0.20F},    {0.16F, 0.28F, 0.50F},   {0.20F, 0.20F, 0.21F},
      {0.42F, 0.42F, 0.42F},    {0.72F, 0.72F, 0.70F},   {0.66F, 0.60F, 0.47F},
      {0.30F, 0.22F, 0.13F},    {0.10F, 0.06F, 0.035F},  {0.07F, 0.075F, 0.03F},
      {0.03F, 0.075F, 0.045F},  {0.14F, 0.012F, 0.022F}, {0.38F, 0.03F, 0.03F},
      {0.55F, 0.32F, 0.33F},    {0.45F, 0.27F, 0.04F},   {0.02F, 0.16F, 0.17F}};
  if (random.chance(0.12))
    return hsv(float(random.uniform()), between(random, 0.3F, 0.85F), between(random, 0.05F, 0.6F));
  const float(&c)[3] = kWorn[random.integer(0, int(std::size(kWorn)) - 1)];
  const float light = between(random, 0.75F, 1.3F);
  return light * Eigen::Vector3f(c[0], c[1], c[2]).cwiseMin(0.72F / light);
}

}  // namespace

// Hats and scarves press the hair flat, so those who wear them have procedural hair.
void draw_headwear(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe) {
  if (!options.headwear || !random.chance(0.15)) return;
  HeadwearRecipe& wear = recipe.headwear;
  const double kind = random.uniform();
  wear.kind = kind < 0.32   ? Headwear::kBeanie
              : kind < 0.60 ? Headwear::kCap
              : kind < 0.76 ? Headwear::kBrimmed
                            : Headwear::kScarf;
  wear.colour = cloth_colour(random);
  wear.height_cm =
      wear.kind == Headwear::kBrimmed ? between(random, 2.5F, 5) : between(random, 0.8F, 3);
  wear.brim_cm = wear.kind == Headwear::kBrimmed ? between(random, 4, 7) : between(random, 5.5F, 7);
  HairRecipe& hair = recipe.hair;
  static constexpr ProceduralHair kFlat[] = {
      ProceduralHair::kCrop,         ProceduralHair::kBuzz,     ProceduralHair::kBob,
      ProceduralHair::kLongStraight, ProceduralHair::kLongWavy, ProceduralHair::kCurlyShort};
  hair.mesh.clear();
  if (options.held_out) {
    hair.style = random.chance(0.5) ? ProceduralHair::kFringeBob : ProceduralHair::kTousled;
  } else {
    hair.style = kFlat[random.integer(0, int(std::size(kFlat)) - 1)];
  }
  const bool hanging = hangs(hair.style);
  hair.thickness_cm = hanging ? 0.4F : 0.3F;
  hair.length_cm = hanging ? between(random, 22, 38) : hair.length_cm;
  hair.crown = 0;
  hair.flare = 0;
  hair.gathered = {};
  if (wear.kind == Headwear::kScarf) {
    recipe.skin.stubble = 0;
    recipe.skin.beard_cm = 0;
  }
}

void draw_accessories(RandomStream& random, const SynthOptions& options, SubjectRecipe& recipe) {
  ClothRecipe& cloth = recipe.cloth;
  cloth.colour = cloth_colour(random);
  cloth.second = random.chance(0.4) ? Eigen::Vector3f(0.62F, 0.62F, 0.60F) : cloth_colour(random);
  cloth.pattern = random.chance(0.72) ? 0 : random.integer(1, 4);
  const double cut = random.uniform();
  cloth.cut = cut < 0.25   ? ClothCut::kPlain
              : cut < 0.55 ? ClothCut::kRibbed
              : cut < 0.78 ? ClothCut::kShirt
                           : ClothCut::kJacket;
  if (cloth.cut == ClothCut::kJacket) cloth.pattern = 0;
  cloth.collar_cm = random.chance(0.3) ? between(random, 2.0F, 5.5F) : between(random, 0.0F, 1.5F);
  cloth.neckline_cm = between(random, 0.2F, cloth.collar_cm > 2 ? 1.0F : 4.0F);
  cloth.shoulder_cm = between(random, 14, 20.5F);
  GlassesRecipe& glasses = recipe.glasses;
  glasses.present = options.glasses && random.chance(0.13);
  const float shade = float(std::pow(random.uniform(), 3.0)) * 0.3F;
  glasses.colour = random.chance(0.7)
                       ? Eigen::Vector3f(shade, shade, shade)
                       : hsv(float(random.uniform()), 0.7F, between(random, 0.03F, 0.3F));
  glasses.width_cm = between(random, 2.2F, 2.9F);
  glasses.height_cm = between(random, 1.5F, 2.3F);
  glasses.roundness = float(random.uniform());
  glasses.rim_cm = between(random, 0.07F, 0.24F);
  cloth.chest_cm = between(random, 8, 13);
  cloth.back_cm = between(random, 7, 11.5F);
  cloth.slope = float(random.uniform());
  // Rolls, hoods that lie on the back, thick collars.
  if (random.chance(0.3)) {
    cloth.loose_cm = between(random, 0.5F, 3.2F);
    cloth.collar_cm = between(random, 2.0F, 7.0F);
    cloth.neckline_cm = between(random, 0.2F, 1.5F);
  }
}

}  // namespace portrait
