// SPDX-License-Identifier: Apache-2.0
#include "core/texture/texture_bake.h"

#include "core/base/error.h"
#include "core/base/thread_pool.h"
#include "core/image/colour.h"
#include "core/texture/texel_map.h"
#include "core/texture/texture_padding.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace portrait {
namespace {

constexpr float kVertexWeight = 0.02F;  // of the vertex colours, beside views that see a place well
constexpr float kFineSharpness = 6;     // how far the best view has the say of the fine band
constexpr float kFaces = 0.7F;          // squarely enough to count the photo's pixels

float smooth_step(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0F, 1.0F);
  return t * t * (3 - 2 * t);
}

// Of a place on the surface.
struct Mixed {
  Eigen::Vector3f colour;
  float led = 0;      // share of the leading view
  bool seen = false;  // by any
};

class Mixer {
 public:
  explicit Mixer(const std::vector<BakeSource>& sources) : sources_(sources) {}

  Mixed mix(const Eigen::Vector3f& place, const Eigen::Vector3f& normal,
            const Eigen::Vector3f& vertex_colour) {
    looks_.clear();
    Mixed out;
    Eigen::Vector3f led = Eigen::Vector3f::Zero();
    float best = 0;
    for (const BakeSource& source : sources_) {
      const BakeSource::Look look = source.look(place, normal);
      if (look.solidity <= 0) continue;
      if (source.leads()) {
        const float share = look.solidity * smooth_step(0.2F, 0.55F, look.facing);
        if (share <= out.led) continue;
        out.led = share;
        const BakeSource::Bands bands = source.bands(look);
        led = bands.coarse + bands.fine;
      } else {
        const float weight = look.solidity * smooth_step(0.1F, 1.0F, look.facing);
        if (weight > 0) looks_.push_back({&source, look, weight});
        best = std::max(best, weight);
      }
    }
    out.seen = out.led > 0 || best > 0;
    out.colour = out.led >= 1 ? led : out.led * led + (1 - out.led) * others(best, vertex_colour);
    return out;
  }

 private:
  struct Weighed {
    const BakeSource* source;
    BakeSource::Look look;
    float weight;
  };

  Eigen::Vector3f others(float best, const Eigen::Vector3f& vertex_colour) const {
    Eigen::Vector3f coarse = kVertexWeight * vertex_colour;
    Eigen::Vector3f fine = Eigen::Vector3f::Zero();
    float coarse_sum = kVertexWeight;
    float fine_sum = 0;
    for (const Weighed& one : looks_) {
      const BakeSource::Bands bands = one.source->bands(one.look);
      coarse += one.weight * bands.coarse;
      coarse_sum += one.weight;
      const float sharp = std::pow(one.weight / best, kFineSharpness);
      fine += sharp * bands.fine;
      fine_sum += sharp;
    }
    coarse /= coarse_sum;
    if (fine_sum <= 0) return coarse;
    return coarse + (fine / fine_sum) * std::min(1.0F, best / (2 * kVertexWeight));
  }

  const std::vector<BakeSource>& sources_;
  std::vector<Weighed> looks_;
};

Eigen::Vector3f srgb_of(const Eigen::Vector3f& linear) {
  return {srgb_of_linear(linear[0]), srgb_of_linear(linear[1]), srgb_of_linear(linear[2])};
}

// Side of a texel in pixels of the leading view, from one texel to its right and lower neighbours:
// the median of about a million at most, which is as good as that of all.
double pixels_per_texel(const TexelMap& texels, const TriangleMesh& mesh, const Image& seen,
                        const std::vector<BakeSource>& sources) {
  const auto lead = std::find_if(sources.begin(), sources.end(),
                                 [](const BakeSource& source) { return source.leads(); });
  if (lead == sources.end()) return 0;
  std::vector<double> sides;
  const int size = texels.size();
  const int step = std::max(1, size / 1024);
  for (int y = 0; y + 1 < size; y += step) {
    for (int x = 0; x + 1 < size; x += step) {
      const std::size_t here = std::size_t(y) * std::size_t(size) + std::size_t(x);
      const std::size_t below = here + std::size_t(size);
      if (!texels.covered(here) || !texels.covered(here + 1) || !texels.covered(below)) continue;
      if (*seen.at(x, y) < 1) continue;
      const TexelMap::Place at = texels.place(here, mesh);
      const Eigen::Vector3f place = at.of(mesh.positions);
      const Eigen::Vector3f normal = at.of(mesh.normals).normalized();
      if (lead->look(place, normal).facing < kFaces) continue;
      const Eigen::Vector2d from = lead->pixel(place);
      const Eigen::Vector2d right = lead->pixel(texels.at(here + 1, mesh, mesh.positions)) - from;
      const Eigen::Vector2d down = lead->pixel(texels.at(below, mesh, mesh.positions)) - from;
      sides.push_back(std::sqrt(std::abs(right.x() * down.y() - right.y() * down.x())));
    }
  }
  if (sides.empty()) return 0;
  const auto middle = sides.begin() + std::ptrdiff_t(sides.size() / 2);
  std::nth_element(sides.begin(), middle, sides.end());
  return *middle;
}

}  // namespace

BakedTexture bake_texture(const TriangleMesh& mesh, const std::vector<BakeSource>& sources,
                          int size) {
  check(
      mesh.normals.size() == mesh.positions.size() && mesh.colours.size() == mesh.positions.size(),
      ErrorCode::kBadUsage, "A mesh needs normals and colours before its texture is baked");
  std::optional<TexelMap> texels(std::in_place, mesh, size);
  BakedTexture out;
  out.colour = Image(size, size, 3);
  out.seen = Image(size, size, 1);
  // By rows, so that no two threads count in one place.
  std::vector<int> covered(std::size_t(size), 0);
  std::vector<int> unseen(std::size_t(size), 0);
  parallel_for(size, 8, [&](std::int64_t begin, std::int64_t end) {
    Mixer mixer(sources);
    for (std::int64_t y = begin; y < end; ++y) {
      for (int x = 0; x < size; ++x) {
        const std::size_t texel = std::size_t(y) * std::size_t(size) + std::size_t(x);
        if (!texels->covered(texel)) continue;
        const TexelMap::Place place = texels->place(texel, mesh);
        const Mixed mixed = mixer.mix(place.of(mesh.positions), place.of(mesh.normals).normalized(),
                                      srgb_of(place.of(mesh.colours)));
        ++covered[std::size_t(y)];
        if (!mixed.seen) ++unseen[std::size_t(y)];
        for (int c = 0; c < 3; ++c) {
          out.colour.at(x, int(y))[c] = std::clamp(mixed.colour[c], 0.0F, 1.0F);
        }
        *out.seen.at(x, int(y)) = mixed.led;
      }
    }
  });
  const std::int64_t all = std::accumulate(covered.begin(), covered.end(), std::int64_t(0));
  const std::int64_t none = std::accumulate(unseen.begin(), unseen.end(), std::int64_t(0));
  out.unseen = all > 0 ? double(none) / double(all) : 0;
  out.source_pixels_per_texel = pixels_per_texel(*texels, mesh, out.seen, sources);
  std::vector<std::uint8_t> coverage = texels->coverage();
  texels.reset();  // a large texture's map is large too, and padding takes room
  pad_texture(out.colour, coverage);
  pad_texture(out.seen, std::move(coverage));
  return out;
}

}  // namespace portrait
