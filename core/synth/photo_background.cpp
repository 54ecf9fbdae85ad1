// SPDX-License-Identifier: Apache-2.0
#include "core/synth/photo_background.h"

#include "core/base/thread_pool.h"
#include "core/synth/background_scene.h"
#include "core/synth/noise.h"
#include "core/synth/photo_faults.h"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

// Scenes are out of focus, so a quarter of the picture's resolution holds them.
constexpr int kCoarser = 4;

Image paint(const BackgroundScene& scene, std::uint32_t seed, int size) {
  Image image(size, size, 3);
  const Eigen::Vector2f along(std::cos(scene.turn), std::sin(scene.turn));
  const Eigen::Vector2f middle(0.5F, 0.5F);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    for (int y = int(begin); y < int(end); ++y) {
      for (int x = 0; x < size; ++x) {
        const Eigen::Vector2f p((float(x) + 0.5F) / float(size), (float(y) + 0.5F) / float(size));
        const float t = std::clamp((p - middle).dot(along) + 0.5F, 0.0F, 1.0F);
        Eigen::Vector3f c = scene.top + t * (scene.bottom - scene.top);
        const float pattern =
            noise::fractal3({p.x(), p.y(), 0}, scene.wavelength, 4, 0.6F, 0.002F, seed);
        c += std::clamp(scene.mottle * (0.5F + pattern), 0.0F, 1.0F) * (scene.mottle_colour - c);
        for (const BackgroundShape& shape : scene.shapes) {
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
  const BackgroundScene scene = draw_background_scene(random);
  const int coarse = std::max(32, size / kCoarser);
  Image small = paint(scene, random.next_u32(), coarse);
  // Never sharper than the coarse grid can show.
  blur_image(small, std::max(0.7F, scene.blur * float(coarse)));
  return enlarge(small, size);
}

}  // namespace portrait
