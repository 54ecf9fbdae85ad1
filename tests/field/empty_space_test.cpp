// SPDX-License-Identifier: Apache-2.0
// What the renderer leaves out: empty cells and what lies behind matter.
#include "core/nn/torch.h"

#include "core/field/occupancy.h"
#include "core/field/renderer.h"
#include "tests/field/march_settings.h"

#include <QtTest>

using namespace portrait;

namespace {

double largest(const Tensor& a, const Tensor& b) { return (a - b).abs().max().item<double>(); }

struct Pulled {
  RenderOutput out;
  std::vector<Tensor> gradients;
};

using Renderer = RenderOutput (*)(const Field&, const Rays&, const RenderOptions&);

// Gradients of a picture's features, depth and opacity together.
Pulled pull(Renderer renderer, const Field& source, const Rays& rays,
            const RenderOptions& options) {
  const at::AutoGradMode on(true);
  const Field field = source.clone();
  std::vector<Tensor> parameters{field.planes};
  for (const auto& named : field.decoder.named_parameters()) parameters.push_back(named.second);
  for (const Tensor& tensor : parameters) tensor.set_requires_grad(true);
  Pulled result{renderer(field, rays, options), {}};
  const std::int64_t count = rays.count();
  const Tensor probe = at::linspace(-1, 1.3, count * kFieldChannels).sin().view({count, -1});
  ((result.out.features * probe).sum() + result.out.depth.sum() * 0.1 +
   (result.out.opacity * at::linspace(-0.7, 2, count)).sum())
      .backward();
  for (const Tensor& tensor : parameters) result.gradients.push_back(tensor.grad());
  return result;
}

Rays head_rays(int width) { return camera_rays(rig_camera({20, 5}), width, width); }

}  // namespace

class EmptySpaceTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_cell_is_empty_below_the_threshold();
  void skipping_changes_a_picture_by_little();
  void skipped_samples_pull_as_in_the_reference();
  void unskipped_rays_meet_matter_that_the_grid_does_not_know();
  void rays_end_where_no_light_is_left();
  void what_lies_behind_gets_no_gradient();
  void a_ray_that_ends_in_the_coarse_pass_goes_on_in_the_fine_one();
  void live_occupancy_follows_the_steps();
};

// alpha over the reference step 1/96 is 1e-4 where density = 0.0096.
void EmptySpaceTest::a_cell_is_empty_below_the_threshold() {
  Field field = random_field(1, 8, 3);
  field.decoder.w1[0].zero_();
  const auto fraction_at = [&](double density) {
    field.decoder.b1[0] = std::log(std::expm1(density)) + 1;
    return build_occupancy(field).fraction();
  };
  QCOMPARE(fraction_at(0.0095), 0.0);
  QCOMPARE(fraction_at(0.0098), 1.0);
}

void EmptySpaceTest::skipping_changes_a_picture_by_little() {
  const Field field = ball_field(0.3, 48);
  const OccupancyGrid grid = build_occupancy(field);
  QVERIFY(grid.fraction() < 0.3);
  const Rays rays = head_rays(24);
  RenderOptions options;
  options.occupancy = &grid;
  const RenderOutput found = render(field, rays, options);
  const RenderOutput expected = render_reference(field, rays, options);
  QVERIFY(largest(found.features, expected.features) < 2e-3);
  QVERIFY(largest(found.opacity, expected.opacity) < 2e-3);
  QVERIFY(largest(found.depth, expected.depth) < 2e-3);
  // The same samples, none of them skipped.
  RenderOptions given;
  given.least_transmittance = 0;
  options.want_weights = true;
  const RenderOutput skipped = render(field, rays, options);
  const RenderOutput whole = render_depths(field, rays, skipped.sample_depths, given);
  QVERIFY(largest(skipped.features, whole.features) < 2e-3);
  QVERIFY(largest(skipped.opacity, whole.opacity) < 2e-3);
}

void EmptySpaceTest::skipped_samples_pull_as_in_the_reference() {
  const Field field = ball_field(0.3, 24, 500);
  const OccupancyGrid grid = build_occupancy(field);
  RenderOptions options;
  options.coarse = 20;
  options.fine = 12;
  options.occupancy = &grid;
  options.unskipped_every = 5;
  options.unskipped_from = 3;
  options.least_transmittance = 0;
  const Pulled found = pull(render, field, head_rays(12), options);
  const Pulled expected = pull(render_reference, field, head_rays(12), options);
  QVERIFY(largest(found.out.features, expected.out.features) < 1e-4);
  QVERIFY(largest(found.out.opacity, expected.out.opacity) < 1e-4);
  for (std::size_t i = 0; i < expected.gradients.size(); ++i) {
    const double error = relative_difference(found.gradients[i], expected.gradients[i]);
    QVERIFY2(error < 2e-3, qPrintable(QString("parameter %1: %2").arg(i).arg(error)));
  }
}

void EmptySpaceTest::unskipped_rays_meet_matter_that_the_grid_does_not_know() {
  const Field field = ball_field(0.3, 24);
  OccupancyGrid nothing = build_occupancy(field);
  std::fill(nothing.occupied.begin(), nothing.occupied.end(), 0);
  RenderOptions options;
  options.occupancy = &nothing;
  options.unskipped_every = 8;
  options.unskipped_from = 2;
  const Rays rays = head_rays(16);
  const Tensor opacity = pull(render, field, rays, options).out.opacity.detach();
  options.occupancy = nullptr;
  const Tensor whole = render(field, rays, options).opacity;
  int seen = 0;
  for (int i = 0; i < 256; ++i) {
    const bool unskipped = (i + 2) % 8 == 0;
    const float wanted = unskipped ? whole[i].item<float>() : 0.0F;
    QVERIFY(std::abs(opacity[i].item<float>() - wanted) < 2e-3F);
    seen += wanted > 0.5F;
  }
  QVERIFY(seen > 5);
}

void EmptySpaceTest::rays_end_where_no_light_is_left() {
  const Field field = ball_field(0.3, 48);
  const Rays rays = head_rays(24);
  RenderOptions options;
  options.want_weights = true;
  const RenderOutput ended = render(field, rays, options);
  options.least_transmittance = 0;
  const RenderOutput whole = render(field, rays, options);
  QVERIFY(largest(ended.features, whole.features) < 2e-3);
  QVERIFY(largest(ended.opacity, whole.opacity) < 2e-3);
  QVERIFY(largest(ended.depth, whole.depth) < 2e-3);
}

void EmptySpaceTest::what_lies_behind_gets_no_gradient() {
  // All of the box is matter: behind its face nothing is left to be seen.
  Field wall = random_field(1, 16, 6);
  wall.decoder.b1[0] = 300;
  Rays rays{at::zeros({40, 3}), at::zeros({40, 3})};
  rays.origins.select(1, 0).copy_(at::linspace(-0.4, 0.4, 40));
  rays.origins.select(1, 2).fill_(2);
  rays.directions.select(1, 2).fill_(-1);
  RenderOptions options;
  const Pulled ended = pull(render, wall, rays, options);
  options.least_transmittance = 0;
  const Pulled whole = pull(render, wall, rays, options);
  for (std::size_t i = 0; i < whole.gradients.size(); ++i) {
    QVERIFY((ended.gradients[i] - whole.gradients[i]).norm().item<double>() <=
            1e-2 * whole.gradients[i].norm().item<double>() + 1e-4);
  }
  // Plane 1 is seen from above: its rows are depths. The half away from the camera stays as it was.
  const Tensor of_plane = ended.gradients[0][1][0].abs().sum(0).sum(1);
  const std::int64_t rows = of_plane.size(0);
  const Tensor near_end = at::stack({of_plane.narrow(0, 0, rows / 4).sum(),
                                     of_plane.narrow(0, rows - rows / 4, rows / 4).sum()});
  QVERIFY(near_end.min().item<float>() == 0);
  QVERIFY(near_end.max().item<float>() > 0);
}

// A thin wall that the wide coarse intervals take for opaque, and the fine ones do not.
void EmptySpaceTest::a_ray_that_ends_in_the_coarse_pass_goes_on_in_the_fine_one() {
  const Field field = ball_field(0.05, 64, 4e5);
  RenderOptions options;
  options.coarse = 6;
  options.fine = 60;
  const Rays rays = head_rays(32);
  const RenderOutput ended = render(field, rays, options);
  options.least_transmittance = 0;
  const RenderOutput whole = render(field, rays, options);
  QVERIFY(whole.opacity.max().item<float>() > 0.5F);
  QVERIFY(largest(ended.features, whole.features) < 2e-3);
  QVERIFY(largest(ended.opacity, whole.opacity) < 2e-3);
}

void EmptySpaceTest::live_occupancy_follows_the_steps() {
  const Field ball = ball_field(0.3, 24);
  const Field small = ball_field(0.1, 24);
  LiveOccupancy live;
  const double large = live.at_step(3, ball).fraction();
  QVERIFY(large > 0.05);
  QCOMPARE(live.at_step(15, small).fraction(), large);
  QVERIFY(live.at_step(16, small).fraction() < large / 4);
  // Taken up again at any step of a sixteen, the grid is renewed where it would have been.
  LiveOccupancy again;
  again.at_step(20, ball);
  QCOMPARE(again.at_step(31, small).fraction(), large);
  QVERIFY(again.at_step(32, small).fraction() < large / 4);
  QCOMPARE(again.at_step(0, ball).fraction(), large);
}

QTEST_GUILESS_MAIN(EmptySpaceTest)
#include "empty_space_test.moc"
