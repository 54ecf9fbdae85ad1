// SPDX-License-Identifier: Apache-2.0
#include "core/synth/subject_recipe.h"

#include "core/synth/recipe_drawing.h"

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr int kIdentities = 100;
constexpr double kFarShare = 0.15;  // of subjects whose identity is stretched
constexpr float kFarSpread = 1.3F;

void draw_expression(RandomStream& random, double scale, SubjectRecipe& recipe) {
  const auto add = [&](const char* name, double weight) {
    weight *= scale;
    if (weight > 0.005) recipe.expression.emplace_back(name, float(std::min(weight, 1.0)));
  };
  const auto both = [&](const std::string& name, double weight, double asymmetry) {
    add((name + "_L").c_str(), weight * (1 + random.normal() * asymmetry));
    add((name + "_R").c_str(), weight * (1 + random.normal() * asymmetry));
  };
  const double mood = random.uniform();
  if (mood < 0.55) {
    both("mouthSmile", random.uniform(0.1, 0.75), 0.1);
    both("cheekSquint", random.uniform(0, 0.4), 0.1);
    if (random.chance(0.35)) both("mouthUpperUp", random.uniform(0, 0.4), 0.1);
  } else if (mood < 0.65) {
    both("mouthFrown", random.uniform(0, 0.4), 0.15);
  } else if (mood < 0.72) {
    add("mouthPucker", random.uniform(0, 0.5));
  } else if (mood < 0.8) {
    both("mouthPress", random.uniform(0, 0.5), 0.1);
  }
  if (random.chance(0.3)) add("jawOpen", random.uniform(0, 0.3));
  if (random.chance(0.06)) add("jawOpen", random.uniform(0.2, 0.6));
  if (random.chance(0.4)) both("browOuterUp", random.uniform(0, 0.5), 0.2);
  if (random.chance(0.3)) both("browInnerUp", random.uniform(0, 0.5), 0.1);
  if (random.chance(0.3)) both("browDown", random.uniform(0, 0.5), 0.15);
  both("eyeBlink", random.chance(0.04) ? random.uniform(0.5, 1.0) : random.uniform(0, 0.18), 0.03);
  if (random.chance(0.3)) both("eyeSquint", random.uniform(0, 0.5), 0.1);
  if (random.chance(0.15)) both("eyeWide", random.uniform(0, 0.5), 0.05);
  if (random.chance(0.3)) {
    const double side = random.uniform(0, 0.35);
    const bool left = random.chance(0.5);
    add(left ? "eyeLookOut_L" : "eyeLookIn_L", side);
    add(left ? "eyeLookIn_R" : "eyeLookOut_R", side);
  }
  if (random.chance(0.2))
    add(random.chance(0.5) ? "mouthLeft" : "mouthRight", random.uniform(0, 0.25));
}

void draw_skin(RandomStream& random, SubjectRecipe& recipe) {
  SkinRecipe& skin = recipe.skin;
  skin.melanin = 0.02F + 0.93F * float(std::pow(random.uniform(), 1.25));
  skin.haemoglobin = between(random, 0.3F, 0.75F);
  skin.warmth = float(random.normal(0, 0.5));
  skin.mottling = between(random, 0.4F, 1.1F);
  skin.redness = between(random, 0.25F, 1.1F);
  skin.freckles = random.chance(0.2 * (1 - skin.melanin)) ? between(random, 0.3F, 1.0F) : 0;
  skin.pores = between(random, 0.2F, 1.0F);
  skin.age = float(std::pow(random.uniform(), 1.3));
  skin.shine = between(random, 0.2F, 1.0F);
  skin.brow_density = between(random, 0.6F, 1.1F);
  skin.brow_thickness = between(random, 0.65F, 1.35F);
}

void draw_grooming(RandomStream& random, SubjectRecipe& recipe) {
  SkinRecipe& skin = recipe.skin;
  if (random.chance(0.3)) {
    skin.stubble = float(std::pow(random.uniform(), 1.2));
    skin.beard_reach = between(random, 0.1F, 1.0F);
    if (random.chance(0.5)) {
      skin.beard_cm = 0.4F + 6.5F * float(std::pow(random.uniform(), 3.0));
      skin.beard_curl = float(random.uniform());
      skin.stubble = between(random, 0.6F, 1.0F);
    }
  } else if (random.chance(0.4)) {
    skin.lip_tint = hsv(float(random.uniform(0.955, 1.015)), between(random, 0.5F, 0.8F),
                        between(random, 0.12F, 0.36F));
    skin.lip_tint_amount = between(random, 0.2F, 0.8F);
    skin.eyeliner = random.chance(0.7) ? between(random, 0.2F, 1.0F) : 0;
    skin.blush = random.chance(0.6) ? between(random, 0.2F, 0.9F) : 0;
    if (random.chance(0.4)) {
      skin.eye_shadow = hsv(float(random.uniform(-0.1, 0.12)) + 1, between(random, 0.2F, 0.6F),
                            between(random, 0.03F, 0.25F));
      skin.eye_shadow_amount = between(random, 0.2F, 0.9F);
    }
  }
}

void draw_eyes(RandomStream& random, SubjectRecipe& recipe) {
  EyeRecipe& eyes = recipe.eyes;
  const bool may_be_light = recipe.skin.melanin < 0.45F && random.chance(0.6);
  const Eigen::Vector3f brown(0.085F, 0.038F, 0.016F);
  const Eigen::Vector3f dark(0.025F, 0.013F, 0.008F);
  eyes.iris = mix(dark, brown, float(random.uniform()));
  eyes.inner = eyes.iris * 1.7F;
  if (may_be_light) {
    const Eigen::Vector3f shades[] = {
        {0.16F, 0.24F, 0.33F}, {0.22F, 0.26F, 0.27F}, {0.13F, 0.19F, 0.10F}, {0.20F, 0.13F, 0.05F}};
    const Eigen::Vector3f& shade = shades[random.integer(0, 3)];
    eyes.iris = mix(shade, shade * 0.55F, float(random.uniform()));
    eyes.inner = random.chance(0.5) ? Eigen::Vector3f(0.24F, 0.15F, 0.06F)
                                    : Eigen::Vector3f(eyes.iris * 1.5F);
  }
  eyes.pupil = between(random, 0.28F, 0.5F);
  eyes.limbal = between(random, 0.35F, 0.85F);
  eyes.redness = between(random, 0.0F, 0.35F);
}

Eigen::Vector3f white_of(float warmth) {  // -1 blue .. 1 orange
  return {1 + 0.22F * warmth, 1 + 0.02F * warmth, 1 - 0.28F * warmth};
}

void draw_light(RandomStream& random, SubjectRecipe& recipe) {
  LightRecipe& light = recipe.light;
  const float warmth = float(random.normal(0.05, 0.17));
  const float ambient = between(random, 0.16F, 0.52F);
  const Eigen::Vector3f sky = white_of(warmth - 0.10F * float(random.uniform()));
  light.ambient.setZero();
  light.ambient.row(0) = ambient * sky.transpose();
  // Brighter from above, and from a side; the ground sends some colour back.
  const float above = between(random, 0.15F, 0.45F);
  light.ambient.row(1) = ambient * above * sky.transpose();
  light.ambient.row(2) = ambient * between(random, -0.1F, 0.3F) * white_of(warmth).transpose();
  light.ambient.row(3) =
      ambient * float(random.normal(0, 0.18)) * white_of(-0.5F * warmth).transpose();
  light.ambient.row(7) = ambient * float(random.normal(0, 0.06)) * white_of(warmth).transpose();

  const auto towards = [](float azimuth_deg, float elevation_deg) {
    const float a = azimuth_deg * 0.0174533F;
    const float e = elevation_deg * 0.0174533F;
    return Eigen::Vector3f(std::sin(a) * std::cos(e), std::sin(e), std::cos(a) * std::cos(e));
  };
  const float key_side = float(random.normal(0, 48));
  const float key = between(random, 0.45F, 1.15F) * (1.2F - ambient);
  light.lights.push_back({towards(key_side, between(random, 10, 60)),
                          key * white_of(warmth + float(random.normal(0, 0.15))),
                          between(random, 0.04F, 0.35F)});
  light.lights.push_back(
      {towards(-key_side + float(random.normal(0, 25)), between(random, -10, 35)),
       between(random, 0.05F, 0.35F) * white_of(-0.5F * warmth), between(random, 0.2F, 0.5F)});
  // From behind, so that the back of the head is no black hole.
  light.lights.push_back({towards(180 + float(random.normal(0, 50)), between(random, 20, 60)),
                          between(random, 0.10F, 0.65F) * white_of(warmth - 0.2F),
                          between(random, 0.1F, 0.4F)});
  // Exposure: a grey card in the key light lands in the middle.
  Eigen::Vector3f front = light.ambient.row(0).transpose();
  for (const DirectionalLight& l : light.lights)
    front += std::max(0.0F, l.direction.z()) * l.colour;
  const float target = 1.13F * std::exp(float(random.normal(0, 0.12)));
  const float gain = target / front.mean();
  light.ambient *= gain;
  for (DirectionalLight& l : light.lights) l.colour *= gain;
}

}  // namespace

SubjectRecipe draw_recipe(std::uint32_t index, const SynthOptions& options) {
  // One stream per group of parameters: a new parameter in one leaves the others as they were.
  const auto stream = [&](std::uint32_t group) {
    return RandomStream({options.seed,
                         options.held_out ? random_purpose("synth.subject.held_out")
                                          : random_purpose("synth.subject"),
                         index, group});
  };
  SubjectRecipe recipe;
  RandomStream pattern = stream(0);
  recipe.noise_seed = pattern.next_u32();
  RandomStream identity = stream(1);
  recipe.identity.resize(kIdentities);
  for (float& a : recipe.identity) {
    a = float(std::clamp(identity.normal(), -2.5, 2.5) * options.identity_spread);
  }
  // Some faces lie outside what the model's makers measured.
  RandomStream build = stream(10);
  if (build.chance(kFarShare)) {
    for (float& a : recipe.identity) a *= kFarSpread;
  }
  recipe.build = float(std::clamp(build.normal(0, 0.5), -1.0, 1.3) * options.identity_spread);
  RandomStream expression = stream(2);
  draw_expression(expression, options.expression_scale, recipe);
  RandomStream skin = stream(3);
  draw_skin(skin, recipe);
  RandomStream hair = stream(4);
  draw_hair(hair, options, recipe);
  RandomStream grooming = stream(5);
  draw_grooming(grooming, recipe);
  RandomStream eyes = stream(6);
  draw_eyes(eyes, recipe);
  RandomStream accessories = stream(7);
  draw_accessories(accessories, options, recipe);
  RandomStream headwear = stream(9);
  draw_headwear(headwear, options, recipe);
  RandomStream posture = stream(11);
  recipe.posture.yaw_deg = float(std::clamp(posture.normal(0, 19), -40.0, 40.0));
  recipe.posture.pitch_deg = float(std::clamp(posture.normal(3, 7), -12.0, 18.0));
  recipe.posture.roll_deg = float(std::clamp(posture.normal(0, 5), -11.0, 11.0));
  RandomStream light = stream(8);
  draw_light(light, recipe);
  return recipe;
}

}  // namespace portrait
