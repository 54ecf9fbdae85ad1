// SPDX-License-Identifier: Apache-2.0
#include "core/synth/background_scene.h"

#include <cmath>

namespace portrait {
namespace {

using Colour = Eigen::Vector3f;
using Shape = BackgroundShape;
using Scene = BackgroundScene;

class SceneMaker {
 public:
  explicit SceneMaker(RandomStream& random) : random_(random) {}

  Scene draw() {
    const double kind = random_.uniform();
    if (kind < 0.30) return studio();
    if (kind < 0.62) return room();
    if (kind < 0.76) return foliage();
    if (kind < 0.92) return street();
    return shapes();
  }

 private:
  float between(double low, double high) { return float(random_.uniform(low, high)); }

  Colour tinted(float value, float saturation) {
    Colour hue(float(random_.uniform()), float(random_.uniform()), float(random_.uniform()));
    hue /= std::max(hue.maxCoeff(), 1e-3F);
    return value * (Colour::Ones() * (1 - saturation) + saturation * hue);
  }
  Colour wall() {
    if (random_.chance(0.6)) {
      const float warm = float(random_.normal(0.02, 0.03));
      return between(0.45, 0.92) * Colour(1 + warm, 1, 1 - 1.5F * warm);
    }
    return tinted(between(0.3, 0.8), between(0.05, 0.4));
  }

  Scene studio() {
    Scene s;
    s.top = random_.chance(0.5) ? Colour(Colour::Ones() * between(0.05, 0.95))
                                : tinted(between(0.08, 0.8), between(0.05, 0.5));
    s.bottom = s.top * between(0.6, 1.0);
    s.spot = between(0, 0.6);
    s.vignette = between(0, 0.9);
    s.mottle = between(0, 0.10);
    s.wavelength = between(0.1, 0.6);
    s.mottle_colour = s.top * 0.6F;
    return s;
  }

  // A wall with what stands and hangs before it, and now and then a window.
  Scene room() {
    Scene s;
    s.top = wall();
    s.bottom = s.top * between(0.65, 0.95);
    s.turn = between(0, 6.28);
    s.blur = between(0.004, 0.03);
    s.vignette = between(0, 0.4);
    const float floor = between(0.6, 1.1);
    const Colour wood = between(0.2, 0.6) * Colour(1, 0.72F, 0.5F);
    const int things = random_.integer(1, 7);
    for (int i = 0; i < things; ++i) {
      Shape thing;
      thing.half = {between(0.03, 0.28), between(0.05, 0.45)};
      thing.centre = {between(-0.1, 1.1), floor - thing.half.y() + between(-0.25, 0.15)};
      thing.colour = random_.chance(0.4) ? wood * between(0.5, 1.4)
                                         : tinted(between(0.1, 0.85), between(0, 0.35));
      s.shapes.push_back(thing);
      // A frame has a picture in it, a shelf its books.
      const int inside = random_.integer(0, 6);
      for (int k = 0; k < inside; ++k) {
        Shape part = thing;
        part.half = thing.half.cwiseProduct(Eigen::Vector2f(between(0.05, 0.3), between(0.1, 0.4)));
        part.centre +=
            thing.half.cwiseProduct(Eigen::Vector2f(between(-0.6, 0.6), between(-0.5, 0.5)));
        part.colour = tinted(between(0.1, 0.8), between(0, 0.5));
        s.shapes.push_back(part);
      }
    }
    if (random_.chance(0.3)) {
      const float left = between(-0.1, 0.9);
      const float wide = between(0.08, 0.2);
      for (int k = 0; k < 2; ++k) {
        Shape pane;
        pane.half = {wide * 0.45F, between(0.25, 0.4)};
        pane.centre = {left + float(k) * wide, 0.25F};
        pane.colour = Colour(0.93F, 0.97F, 1.0F) * between(0.85, 1.05);
        s.shapes.push_back(pane);
      }
    }
    return s;
  }

  // Leaves far out of focus: patches of greens and browns, discs of sky between them.
  Scene foliage() {
    Scene s;
    const float light = between(0.5, 1.3);
    const float autumn = random_.chance(0.2) ? between(0.3, 0.9) : between(0, 0.2);
    const float grey = between(0, 0.6);
    const Colour leaf(0.34F + 0.33F * autumn, 0.42F - 0.06F * autumn, 0.20F);
    const Colour green = light * (leaf + grey * (Colour::Constant(leaf.mean()) - leaf));
    s.top = green * between(0.8, 1.5);
    s.bottom = green * between(0.4, 1.0) + Colour(0.05F, 0.03F, 0.02F);
    s.mottle = between(0.5, 1.0);
    s.wavelength = between(0.12, 0.4);
    s.mottle_colour = green * between(0.15, 0.5);
    s.blur = between(0.012, 0.04);
    const int discs = random_.integer(10, 60);
    const float radius = between(0.012, 0.045);
    for (int i = 0; i < discs; ++i) {
      Shape disc;
      disc.roundness = 1;
      disc.half = Eigen::Vector2f::Ones() * radius * between(0.6, 1.2);
      disc.centre = {between(0, 1), float(std::pow(random_.uniform(), 1.6))};
      disc.opacity = between(0.08, 0.55);
      disc.soft = 0.006F;
      disc.colour = random_.chance(0.5) ? Colour(0.95F, 0.97F, 0.85F) : Colour(green * 2.0F);
      s.shapes.push_back(disc);
    }
    return s;
  }

  // Sky, fronts of houses, ground; lamps at night.
  Scene street() {
    Scene s;
    const bool night = random_.chance(0.3);
    const float light = night ? between(0.06, 0.2) : between(0.6, 1.0);
    s.top = light * Colour(0.75F, 0.85F, 0.97F);
    s.bottom = light * Colour(0.62F, 0.60F, 0.57F);
    s.blur = between(0.01, 0.035);
    const int houses = random_.integer(2, 6);
    for (int i = 0; i < houses; ++i) {
      Shape house;
      house.half = {between(0.1, 0.35), between(0.2, 0.5)};
      house.centre = {between(-0.1, 1.1), 0.75F - house.half.y() + between(-0.1, 0.1)};
      house.colour = light * tinted(between(0.35, 0.85), between(0.05, 0.35));
      s.shapes.push_back(house);
      const int columns = random_.integer(1, 4);
      const int rows = random_.integer(2, 6);
      for (int k = 0; k < columns * rows; ++k) {
        Shape window = house;
        window.half =
            house.half.cwiseProduct(Eigen::Vector2f(0.45F / float(columns), 0.5F / float(rows)));
        window.centre += house.half.cwiseProduct(
            Eigen::Vector2f(2 * (float(k % columns) + 0.5F) / float(columns) - 1,
                            2 * (float(k / columns) + 0.5F) / float(rows) - 1));
        const bool lit = night && random_.chance(0.4);
        window.colour = lit ? Colour(0.95F, 0.75F, 0.45F) : Colour(house.colour * 0.55F);
        s.shapes.push_back(window);
      }
    }
    const int lamps = night ? random_.integer(8, 30) : random_.integer(0, 6);
    const float radius = between(0.012, 0.05);
    for (int i = 0; i < lamps; ++i) {
      Shape lamp;
      lamp.roundness = 1;
      lamp.half = Eigen::Vector2f::Ones() * radius * between(0.7, 1.1);
      lamp.centre = {between(0, 1), between(0.1, 0.9)};
      lamp.opacity = between(0.3, 0.8);
      lamp.soft = 0.005F;
      lamp.colour = tinted(1.0F, between(0.1, 0.6));
      s.shapes.push_back(lamp);
    }
    return s;
  }

  // Anything at all, so that nobody learns that backgrounds are tidy.
  Scene shapes() {
    Scene s;
    s.top = tinted(between(0.05, 0.95), between(0, 0.6));
    s.bottom = tinted(between(0.05, 0.95), between(0, 0.6));
    s.turn = between(0, 6.28);
    s.blur = between(0.002, 0.05);
    s.mottle = between(0, 0.3);
    s.mottle_colour = tinted(between(0.1, 0.9), 0.3F);
    const int count = random_.integer(3, 20);
    for (int i = 0; i < count; ++i) {
      Shape shape;
      shape.centre = {between(-0.1, 1.1), between(-0.1, 1.1)};
      const float scale = float(std::pow(random_.uniform(0.15, 0.75), 2.0));
      shape.half = {scale * between(0.3, 1.6), scale * between(0.3, 1.6)};
      shape.turn = random_.chance(0.6) ? 0 : between(0, 3.14);
      shape.opacity = between(0.3, 1.0);
      shape.roundness = random_.chance(0.5) ? 0 : 1;
      shape.colour = tinted(between(0.05, 0.95), between(0, 0.6));
      s.shapes.push_back(shape);
    }
    return s;
  }

  RandomStream& random_;
};

}  // namespace

BackgroundScene draw_background_scene(RandomStream& random) {
  return SceneMaker(random).draw();
}

}  // namespace portrait
