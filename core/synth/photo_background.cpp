// SPDX-License-Identifier: Apache-2.0
#include "core/synth/photo_background.h"

#include "core/base/thread_pool.h"
#include "core/synth/noise.h"
#include "core/synth/photo_faults.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <vector>

namespace portrait {
namespace {

using Colour = Eigen::Vector3f;  // sRGB-encoded

// Scenes are out of focus, so a quarter of the picture's resolution holds them.
constexpr int kCoarser = 4;

struct Shape {
  Eigen::Vector2f centre, half;
  float turn = 0, soft = 0.01F, opacity = 1, roundness = 0;
  Colour colour;

  float cover(const Eigen::Vector2f& p) const {
    const Eigen::Vector2f d = p - centre;
    const Eigen::Vector2f q(std::abs(std::cos(turn) * d.x() + std::sin(turn) * d.y()) / half.x(),
                            std::abs(-std::sin(turn) * d.x() + std::cos(turn) * d.y()) / half.y());
    const float box = std::max(q.x(), q.y());
    const float distance = box + roundness * (q.norm() - box);
    const float edge = soft / half.minCoeff();
    return opacity * (1 - noise::smoothstep(1 - edge, 1 + edge, distance));
  }
};

struct Scene {
  Colour top, bottom;
  float turn = 1.5708F;  // direction of the gradient; a quarter turn = downwards
  std::vector<Shape> shapes;
  float mottle = 0.03F, wavelength = 0.3F;
  Colour mottle_colour = Colour::Zero();
  float spot = 0;  // brighter behind the head
  float vignette = 0;
  float blur = 0.01F;  // of the picture's width
};

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

Image paint(const Scene& scene, std::uint32_t seed, int size) {
  Image image(size, size, 3);
  const Eigen::Vector2f along(std::cos(scene.turn), std::sin(scene.turn));
  const Eigen::Vector2f middle(0.5F, 0.5F);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < size; ++x) {
        const Eigen::Vector2f p((float(x) + 0.5F) / float(size), (float(y) + 0.5F) / float(size));
        const float t = std::clamp((p - middle).dot(along) + 0.5F, 0.0F, 1.0F);
        Colour c = scene.top + t * (scene.bottom - scene.top);
        const float pattern =
            noise::fractal3({p.x(), p.y(), 0}, scene.wavelength, 4, 0.6F, 0.002F, seed);
        c += std::clamp(scene.mottle * (0.5F + pattern), 0.0F, 1.0F) * (scene.mottle_colour - c);
        for (const Shape& shape : scene.shapes) {
          const Eigen::Vector2f d = (p - shape.centre).cwiseAbs();
          if (d.maxCoeff() > 1.5F * shape.half.maxCoeff() + shape.soft) continue;
          const float cover = shape.cover(p);
          if (cover > 0) c += cover * (shape.colour - c);
        }
        c *= 1 + scene.spot * noise::bump((p - Eigen::Vector2f(0.5F, 0.4F)).norm(), 0.4F);
        c *= 1 - scene.vignette * (p - middle).squaredNorm() * 1.4F;
        for (int k = 0; k < 3; ++k) image.at(x, y)[k] = std::clamp(c[k], 0.0F, 1.0F);
      }
    }
  });
  return image;
}

Image enlarge(const Image& small, int size) {
  Image image(size, size, 3);
  const float scale = float(small.width) / float(size);
  parallel_for(size, 16, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      const float sy = std::clamp((float(y) + 0.5F) * scale - 0.5F, 0.0F, float(small.height - 1));
      const int y0 = std::min(int(sy), small.height - 2);
      for (int x = 0; x < size; ++x) {
        const float sx = std::clamp((float(x) + 0.5F) * scale - 0.5F, 0.0F, float(small.width - 1));
        const int x0 = std::min(int(sx), small.width - 2);
        const float tx = sx - float(x0);
        const float ty = sy - float(y0);
        for (int k = 0; k < 3; ++k) {
          const float low = small.at(x0, y0)[k] * (1 - tx) + small.at(x0 + 1, y0)[k] * tx;
          const float high = small.at(x0, y0 + 1)[k] * (1 - tx) + small.at(x0 + 1, y0 + 1)[k] * tx;
          image.at(x, y)[k] = low + ty * (high - low);
        }
      }
    }
  });
  return image;
}

}  // namespace

Image draw_background(const RandomKey& key, int size) {
  RandomStream random(key);
  const Scene scene = SceneMaker(random).draw();
  const int coarse = std::max(32, size / kCoarser);
  Image small = paint(scene, random.next_u32(), coarse);
  // Never sharper than the coarse grid can show.
  blur_image(small, std::max(0.7F, scene.blur * float(coarse)));
  return enlarge(small, size);
}

}  // namespace portrait
