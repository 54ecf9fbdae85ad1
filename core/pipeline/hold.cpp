// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/hold.h"

#include "core/base/random.h"
#include "core/field/occupancy.h"
#include "core/pipeline/relief_loss.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>

namespace portrait {
namespace {

constexpr double kShell = 0.03;          // half the thickness of the surface that the photo sees
constexpr double kFreeDensity = 0.05;    // firmness of the density where the photo decides
constexpr double kReferenceStep = 0.02;  // densities are compared as alphas over this length
constexpr double kStiffness = 4;
constexpr double kSurfaceShare = 0.75;   // of the points; the others fill the whole box

Tensor alpha_of_raw(const Tensor& raw) {
  return 1 - at::exp(density_of_raw(raw) * -kReferenceStep);
}

}  // namespace

Hold::Hold(const Field& first_head, const PhotoTarget& target, std::uint64_t seed,
           const Options& options)
    : first_(first_head.clone()),
      options_(options),
      seed_(seed),
      camera_(target.camera),
      background_(target.background) {
  const at::NoGradGuard no_grad;
  const at::Device device = first_.device();
  RaySampler seen(camera_, target.width, first_.frame.half_extent, device);
  seen.refresh(first_);
  seen_depth_ = seen.depth().reshape({1, 1, target.width, target.width});
  seen_opacity_ = seen.opacity().reshape_as(seen_depth_);
  matte_ = target.matte_low.reshape_as(seen_depth_).to(device);

  OccupancyOptions occupancy_options;
  occupancy_options.cells = 48;
  const OccupancyGrid grid = build_occupancy(first_, occupancy_options);
  cell_ = 2 * grid.half_extent / grid.cells;
  std::vector<float> corners;
  for (int z = 0; z < grid.cells; ++z) {
    for (int y = 0; y < grid.cells; ++y) {
      for (int x = 0; x < grid.cells; ++x) {
        if (!grid.at(x, y, z)) continue;
        for (const int i : {x, y, z}) {
          corners.push_back(static_cast<float>(i * cell_ - grid.half_extent));
        }
      }
    }
  }
  const auto count = static_cast<std::int64_t>(corners.size() / 3);
  cells_ = at::empty({count, 3}, at::kFloat);
  std::copy(corners.begin(), corners.end(), cells_.data_ptr<float>());
  look(target);
  first_look_up_ = std::make_unique<FieldEvaluator>(first_);
}

void Hold::look(const PhotoTarget& target) {
  RenderOptions render_options;
  render_options.coarse = options_.coarse;
  render_options.fine = options_.fine;
  render_options.background = {{background_, background_, background_}};
  const OccupancyGrid grid = build_occupancy(first_);
  render_options.occupancy = &grid;
  const RenderedImage front = render_image(first_, camera_, target.width, render_options);
  relief_depth_ = front.depth;
  relief_opacity_ = front.opacity;
  if (!first_.sr.empty()) build_bank(target, render_options);
}

void Hold::build_bank(const PhotoTarget& target, const RenderOptions& render_options) {
  const int patch = std::min(options_.patch, target.width);
  const auto options = at::TensorOptions(at::kFloat).device(first_.device());
  for (int i = 0; i < options_.bank; ++i) {
    RandomStream random({seed_, random_purpose("photo_fit.bank"), 0, static_cast<uint32_t>(i)});
    const Camera camera = rig_camera({random.uniform(-180, 180), random.uniform(-30, 30)});
    // Towards the middle, where the head is.
    const auto place = [&] {
      const double t = (random.uniform() + random.uniform()) / 2;
      return static_cast<int>(std::lround(t * (target.width - patch)));
    };
    const int x = place();
    const int y = place();
    const Rays rays =
        camera_rays(camera, target.width, target.width, {x, y, patch, patch}, options);
    const Tensor features = render(first_, rays, render_options)
                                .features.t()
                                .reshape({1, kFieldChannels, patch, patch});
    bank_features_.push_back(features.contiguous());
    bank_pictures_.push_back(first_.sr.forward(bank_features_.back()));
  }
}

Tensor Hold::points(int step) const {
  Tensor points = at::empty({options_.points, 3}, at::kFloat);
  float* out = points.data_ptr<float>();
  RandomStream random(
      {seed_, random_purpose("photo_fit.hold_points"), static_cast<uint32_t>(step), 0});
  const std::int64_t cells = cells_.size(0);
  const auto near_surface = cells > 0 ? static_cast<int>(options_.points * kSurfaceShare) : 0;
  const float* corners = cells_.data_ptr<float>();
  const double half = first_.frame.half_extent;
  for (int i = 0; i < options_.points; ++i) {
    if (i < near_surface) {
      const std::int64_t cell = random.integer(0, static_cast<int>(cells - 1));
      for (int a = 0; a < 3; ++a) {
        *out++ = corners[3 * cell + a] + static_cast<float>(random.uniform(0, cell_));
      }
    } else {
      for (int a = 0; a < 3; ++a) *out++ = static_cast<float>(random.uniform(-half, half));
    }
  }
  return points.to(first_.device());
}

void Hold::firmness(const Tensor& points, Tensor& density, Tensor& colour) const {
  // The points in the photo: distance along their rays, and where they fall.
  const Eigen::Matrix4d camera_from_world = camera_.world_from_camera.inverse();
  Tensor matrix = at::empty({3, 4}, at::kDouble);
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) matrix[r][c] = camera_from_world(r, c);
  }
  matrix = matrix.to(points.options());
  const Tensor local = at::matmul(points, matrix.narrow(1, 0, 3).t()) + matrix.select(1, 3);
  const Tensor z = local.select(1, 2).clamp_min(1e-6);
  const Tensor u = local.select(1, 0) / z * camera_.focal_x + camera_.centre_x;
  const Tensor v = local.select(1, 1) / z * camera_.focal_y + camera_.centre_y;
  const Tensor grid = (at::stack({u, v}, 1) * 2 - 1).reshape({1, 1, -1, 2});
  const auto look_up = [&](const Tensor& map) {
    return at::grid_sampler(map, grid, 0, 1, false).reshape(-1);  // bilinear, border
  };
  const Tensor inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1) & (local.select(1, 2) > 0);
  const Tensor distance = local.norm(2, 1);
  const Tensor in_matte = look_up(matte_) > 0.5;
  const Tensor was_opaque = look_up(seen_opacity_) > 0.5;
  const Tensor offset = distance - look_up(seen_depth_);
  // The surface that the photo shows: its colour is the photo's, its place may move a little.
  const Tensor shown = inside & in_matte & was_opaque & (offset.abs() < kShell);
  // Where matte and T_init disagree about what is head, the whole ray is free.
  const Tensor disputed = inside & (in_matte != was_opaque);
  const Tensor free = shown | disputed;
  density = at::where(free, at::full_like(distance, kFreeDensity), at::ones_like(distance));
  colour = at::where(free, at::zeros_like(distance), at::ones_like(distance));
}

Tensor Hold::relief(const PixelRect& rect, const Tensor& depth, const Tensor& opacity) const {
  const auto crop = [&](const Tensor& t) {
    return t.narrow(0, rect.y, rect.height).narrow(1, rect.x, rect.width);
  };
  return relief_loss(depth, crop(relief_depth_), solid_in_both(opacity, crop(relief_opacity_)));
}

Hold::Terms Hold::terms(const Field& head, int step, int views) const {
  Tensor at_points;
  Tensor density_weight;
  Tensor colour_weight;
  FieldEvaluator::Values wanted;
  Tensor wanted_alpha;
  {
    const at::NoGradGuard no_grad;
    at_points = points(step);
    firmness(at_points, density_weight, colour_weight);
    wanted = first_look_up_->values(at_points);
    wanted_alpha = alpha_of_raw(wanted.raw);
    // Colour is seen only where there is matter.
    colour_weight = colour_weight * wanted_alpha;
  }
  const Tensor hidden = FieldEvaluator(head).hidden(at_points);
  const Tensor alpha = alpha_of_raw(head.decoder.raw_of_hidden(hidden)).reshape(-1);
  const Tensor colours = head.decoder.colours_of_hidden(hidden);
  Terms terms;
  // Squared, so that the hold stiffens with the drift and leaves small moves to the photo.
  terms.density = ((alpha - wanted_alpha).pow(2) * density_weight).mean() * kStiffness;
  terms.colour = ((colours - wanted.colours).pow(2).mean(1) * colour_weight).mean() * kStiffness;
  const int bank = static_cast<int>(bank_features_.size());
  for (int i = 0; i < views && bank > 0; ++i) {
    RandomStream random({seed_, random_purpose("photo_fit.hold_view"), static_cast<uint32_t>(step),
                         static_cast<uint32_t>(i)});
    const auto index = static_cast<std::size_t>(random.integer(0, bank - 1));
    const Tensor difference =
        (head.sr.forward(bank_features_[index]) - bank_pictures_[index]).abs().mean();
    terms.views = terms.views.defined() ? terms.views + difference : difference;
  }
  if (terms.views.defined()) terms.views = terms.views / views;
  return terms;
}

}  // namespace portrait
