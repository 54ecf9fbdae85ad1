// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/rays.h"
#include "core/field/renderer.h"
#include "core/field/sampling.h"
#include "core/field/triplane.h"
#include "core/nn/torch_safetensors.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

struct Eg3dFixture {
  TensorMap tensors;
  Field field;
  Rays rays;

  Eg3dFixture() {
    const SafetensorsFile file(PORTRAIT_SOURCE_DIR "/tests/data/eg3d_render.safetensors");
    tensors = load_tensors(file);
    field.frame = FieldFrame::eg3d();
    field.planes = tensors.at("planes")[0].unsqueeze(1);
    field.decoder = Decoder::load(tensors, "dec.", /*fold_gain=*/true);
    rays = {tensors.at("o")[0], tensors.at("d")[0]};
  }
};

}  // namespace

class RendererTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void eg3d_fixture_data();
  void eg3d_fixture();
  void fixture_rays_are_those_of_our_camera();
  void gradient_path_renders_the_same();
  void composites_a_hand_made_case();
  void importance_follows_the_weights();
  void gradients_match_differences();
  void weights_gradcheck();
  void background_fills_what_is_empty();
  void jitter_is_a_function_of_its_key();
  void chunks_do_not_show();
  void normals_of_a_ball();
  void occupancy_does_not_change_the_picture();
  void rays_that_meet_nothing();
};

void RendererTest::eg3d_fixture_data() {
  QTest::addColumn<QString>("suffix");
  QTest::addColumn<bool>("reference");
  QTest::newRow("fixed range") << "" << false;
  QTest::newRow("disparity") << "_disp" << false;
  QTest::newRow("auto") << "_auto" << false;
  QTest::newRow("reference, fixed range") << "" << true;
  QTest::newRow("reference, disparity") << "_disp" << true;
  QTest::newRow("reference, auto") << "_auto" << true;
}

void RendererTest::eg3d_fixture() {
  QFETCH(QString, suffix);
  QFETCH(bool, reference);
  const Eg3dFixture fixture;
  RenderOptions options = RenderOptions::eg3d();
  if (suffix != "_auto") options.range = RayRange{2.25, 3.3};
  options.disparity = suffix == "_disp";
  const RenderOutput out = (reference ? render_reference : render)(fixture.field, fixture.rays,
                                                                    options);
  const std::string name = suffix.toStdString();
  const Tensor features = fixture.tensors.at("feat" + name)[0];
  const Tensor depth = fixture.tensors.at("depth" + name)[0].squeeze(1);
  const double feature_error = largest_difference(out.features * 2 - 1, features);
  const double depth_error = largest_difference(out.depth, depth);
  qInfo("largest difference: features %.2e, depth %.2e", feature_error, depth_error);
  QVERIFY(feature_error < 1e-3);
  QVERIFY(depth_error < 1e-3);
  QVERIFY(features.std().item<double>() > 0.05);
  if (suffix.isEmpty()) {
    QVERIFY(largest_difference(out.opacity, fixture.tensors.at("wsum")[0].squeeze(1)) < 1e-3);
  }
}

void RendererTest::fixture_rays_are_those_of_our_camera() {
  const Eg3dFixture fixture;
  Camera camera;
  const Tensor pose = fixture.tensors.at("cam")[0].to(at::kDouble);
  const Tensor intrinsics = fixture.tensors.at("K")[0].to(at::kDouble);
  for (int row = 0; row < 4; ++row) {
    for (int column = 0; column < 4; ++column) {
      camera.world_from_camera(row, column) = pose[row][column].item<double>();
    }
  }
  camera.focal_x = intrinsics[0][0].item<double>();
  camera.focal_y = intrinsics[1][1].item<double>();
  camera.centre_x = intrinsics[0][2].item<double>();
  camera.centre_y = intrinsics[1][2].item<double>();
  const Rays rays = camera_rays(camera, 16, 16);
  QVERIFY(largest_difference(rays.origins, fixture.rays.origins) < 1e-5);
  QVERIFY(largest_difference(rays.directions, fixture.rays.directions) < 1e-5);
}

void RendererTest::gradient_path_renders_the_same() {
  const Field field = random_field(1, 16, 3);
  const Rays rays = camera_rays(rig_camera({30, 10}), 12, 12);
  RenderOptions options;
  options.want_weights = true;
  const RenderOutput plain = render(field, rays, options);
  const Field learning = field.clone();
  learning.requires_grad(true);
  const RenderOutput traced = render(learning, rays, options);
  QVERIFY(traced.features.requires_grad());
  QVERIFY(!plain.features.requires_grad());
  QVERIFY(largest_difference(plain.features, traced.features.detach()) < 1e-3);
  QVERIFY(largest_difference(plain.opacity, traced.opacity.detach()) < 1e-5);
  QVERIFY(largest_difference(plain.weights, traced.weights.detach()) < 1e-5);
  QVERIFY(!traced.sample_depths.requires_grad());
}

// Three samples at t = 1, 2, 4 with s = 1, 3, -1: the two intervals have mean s of 2 and 1, hence
// densities softplus(1) and softplus(0) = ln 2, over lengths 1 and 2.
void RendererTest::composites_a_hand_made_case() {
  const Tensor t = at::tensor({1.0, 2.0, 4.0}, at::kDouble).view({1, 3});
  const Tensor s = at::tensor({1.0, 3.0, -1.0}, at::kDouble).view({1, 3});
  const Tensor w = interval_weights(t, s);
  const double first = 1 - std::exp(-std::log1p(std::exp(1.0)));
  const double second = (1 - first) * (1 - std::exp(-2 * std::log(2.0)));
  QVERIFY(std::abs(w[0][0].item<double>() - first) < 1e-12);
  QVERIFY(std::abs(w[0][1].item<double>() - second) < 1e-12);
  const Tensor each = sample_weights(w);
  QVERIFY(std::abs(each[0][0].item<double>() - first / 2) < 1e-12);
  QVERIFY(std::abs(each[0][1].item<double>() - (first + second) / 2) < 1e-12);
  QVERIFY(std::abs(each[0][2].item<double>() - second / 2) < 1e-12);
}

// All the weight in one interval: the samples crowd round it. The smoothing spreads a weight of 1
// over its neighbours as (1/2, 1, 1/2) and lifts everything by 0.01, which gives the shares below.
void RendererTest::importance_follows_the_weights() {
  const int coarse = 48;
  const int fine = 4000;
  const Tensor t = at::linspace(0, 47, coarse, at::kDouble).view({1, coarse});
  const Tensor w = at::zeros({1, coarse - 1}, at::kDouble);
  w[0][20] = 1;
  const Tensor u = ((at::arange(fine, at::kDouble) + 0.5) / fine).view({1, fine});
  const Tensor depths = importance_depths(t, w, u);
  // Bins lie between the intervals' middles: the mass of interval i is spread over [i-.5, i+.5].
  const auto share = [&](double from, double to) {
    return at::logical_and(depths >= from, depths < to).to(at::kDouble).mean().item<double>();
  };
  const double total = 45 * (0.01 + 1e-5) + 2;
  QVERIFY(std::abs(share(19.5, 20.5) - (1.01 + 1e-5) / total) < 2e-3);
  QVERIFY(std::abs(share(18.5, 22.5) - (2.04 + 4e-5) / total) < 2e-3);
  QVERIFY(std::abs(share(30.5, 40.5) - 10 * (0.01 + 1e-5) / total) < 2e-3);
  QVERIFY((depths.narrow(1, 1, fine - 1) >= depths.narrow(1, 0, fine - 1)).all().item<bool>());

  const Tensor flat = importance_depths(t, at::ones_like(w), u);
  QVERIFY(largest_difference(flat, 0.5 + u * 45) < 1e-6);
}

// The whole differentiable renderer in double against finite differences, in the planes and in
// every parameter of the decoder. Without importance samples, whose depths carry no gradient.
void RendererTest::gradients_match_differences() {
  for (int depth = 1; depth <= 2; ++depth) {
    Field field = random_field(depth, 4, 7);
    field.planes = field.planes.to(at::kDouble);
    for (Tensor* tensor : {&field.decoder.w0, &field.decoder.b0, &field.decoder.w1,
                           &field.decoder.b1}) {
      *tensor = tensor->to(at::kDouble);
    }
    field.sr = {};
    const Rays rays = camera_rays(rig_camera({25, 15}), 3, 3, at::kDouble);
    RenderOptions options;
    options.coarse = 8;
    options.fine = 0;
    const Tensor feature_probe = at::linspace(-1, 1, 9 * 32, at::kDouble).view({9, 32});
    const auto loss = [&] {
      const RenderOutput out = render(field, rays, options);
      return (out.features * feature_probe).sum() + out.depth.sum() * 0.3 +
             out.opacity.square().sum();
    };
    field.requires_grad(true);
    loss().backward();
    for (const auto& [name, tensor] : field.parameters()) {
      const Tensor gradient = tensor.grad().clone();
      const at::NoGradGuard no_gradient;
      double* values = tensor.data_ptr<double>();
      double largest = 0;
      for (std::int64_t i = 0; i < tensor.numel(); i += std::max<std::int64_t>(1, tensor.numel() / 23)) {
        const double kept = values[i];
        const double step = 1e-5;
        field.requires_grad(true);
        values[i] = kept + step;
        const double above = [&] { const at::AutoGradMode on(true); return loss(); }().item<double>();
        values[i] = kept - step;
        const double below = [&] { const at::AutoGradMode on(true); return loss(); }().item<double>();
        values[i] = kept;
        const double expected = (above - below) / (2 * step);
        const double found = gradient.view({-1})[i].item<double>();
        QVERIFY2(std::abs(found - expected) < 1e-6 * std::max(1.0, std::abs(expected)),
                 qPrintable(QString("%1[%2]: %3, by differences %4")
                                .arg(QString::fromStdString(name)).arg(i).arg(found).arg(expected)));
        largest = std::max(largest, std::abs(expected));
      }
      QVERIFY(largest > 1e-6);
    }
  }
}

void RendererTest::weights_gradcheck() {
  const Tensor t = at::tensor({1.0, 1.2, 1.7, 2.0, 2.1}, at::kDouble).view({1, 5});
  const Tensor s = at::tensor({0.5, 2.0, -1.0, 4.0, 3.0}, at::kDouble).view({1, 5});
  const Tensor probe = at::tensor({1.0, -2.0, 3.0, 0.5}, at::kDouble).view({1, 4});
  const Tensor leaf = s.clone().set_requires_grad(true);
  (interval_weights(t, leaf) * probe).sum().backward();
  for (int i = 0; i < 5; ++i) {
    const Tensor step = at::zeros_like(s);
    step[0][i] = 1e-6;
    const double expected =
        ((interval_weights(t, s + step) - interval_weights(t, s - step)) * probe)
            .sum().item<double>() / 2e-6;
    QVERIFY(std::abs(leaf.grad()[0][i].item<double>() - expected) < 1e-7);
  }
}

void RendererTest::background_fills_what_is_empty() {
  const Field field = ball_field(0.25, 64);
  RenderOptions options;
  options.background = std::array<float, 3>{0.2F, 0.4F, 0.9F};
  const RenderedImage image = render_image(field, rig_camera({0, 0}), 32, options);
  QVERIFY(image.opacity[0][0].item<double>() < 1e-3);
  QVERIFY(image.opacity[16][16].item<double>() > 0.99);
  QVERIFY(std::abs(image.rgb[2][0][0].item<double>() - 0.9) < 1e-3);
  QVERIFY(std::abs(image.features[20][0][0].item<double>() - 0.5) < 1e-3);
  QVERIFY(std::abs(image.depth[16][16].item<double>() - (kRigRadius - 0.25)) < 0.03);
  options.background.reset();
  const RenderedImage bare = render_image(field, rig_camera({0, 0}), 32, options);
  QVERIFY(bare.rgb.select(1, 0).abs().max().item<double>() < 1e-3);
}

void RendererTest::jitter_is_a_function_of_its_key() {
  const Field field = random_field(1, 16, 5);
  const Rays rays = camera_rays(rig_camera({0, 0}), 8, 8);
  RenderOptions options;
  options.jitter_key = RandomKey{3, random_purpose("test"), 1, 2};
  const Tensor first = render(field, rays, options).features;
  options.chunk = 7;
  const Tensor again = render(field, rays, options).features;
  QVERIFY(largest_difference(first, again) < 1e-5);
  options.jitter_key->step = 2;
  QVERIFY(largest_difference(first, render(field, rays, options).features) > 1e-5);
}

void RendererTest::chunks_do_not_show() {
  const Field field = random_field(2, 16, 5);
  const Rays rays = camera_rays(rig_camera({70, 0}), 9, 9);
  RenderOptions options;
  options.want_normals = true;
  const RenderOutput whole = render(field, rays, options);
  options.chunk = 10;
  const RenderOutput parts = render(field, rays, options);
  QVERIFY(largest_difference(whole.features, parts.features) < 1e-5);
  QVERIFY(largest_difference(whole.depth, parts.depth) < 1e-5);
  QVERIFY(largest_difference(whole.normals, parts.normals) < 1e-4);
}

void RendererTest::normals_of_a_ball() {
  const double radius = 0.3;
  const Field field = ball_field(radius, 128);
  const Camera camera = rig_camera({40, 20});
  const int width = 48;
  RenderOptions options;
  options.want_normals = true;
  const RenderedImage image = render_image(field, camera, width, options);
  int seen = 0;
  double sum = 0;
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width; ++x) {
      if (image.opacity[y][x].item<double>() < 0.98) continue;
      const Ray ray = camera_ray(camera, (x + 0.5) / width, (y + 0.5) / width);
      const double along = ray.origin.dot(ray.direction);
      const double root = along * along - ray.origin.squaredNorm() + radius * radius;
      if (root < 0.02) continue;
      const Eigen::Vector3d expected =
          (ray.origin + (-along - std::sqrt(root)) * ray.direction) / radius;
      Eigen::Vector3d found;
      for (int axis = 0; axis < 3; ++axis) found[axis] = image.normals[axis][y][x].item<double>();
      QVERIFY(found.norm() > 0.9);
      QVERIFY(found.norm() < 1.001);
      sum += found.normalized().dot(expected);
      ++seen;
    }
  }
  QVERIFY(seen > 300);
  QVERIFY2(sum / seen > 0.99, qPrintable(QString::number(sum / seen)));
}

void RendererTest::occupancy_does_not_change_the_picture() {
  const Field field = ball_field(0.28, 64);
  const OccupancyGrid grid = build_occupancy(field);
  QVERIFY(grid.fraction() > 0.05);
  QVERIFY(grid.fraction() < 0.3);
  RenderOptions options;
  options.want_normals = true;
  const RenderedImage whole = render_image(field, rig_camera({-50, 25}), 40, options);
  options.occupancy = &grid;
  const RenderedImage skipped = render_image(field, rig_camera({-50, 25}), 40, options);
  QVERIFY((whole.opacity - skipped.opacity).abs().mean().item<double>() < 3e-3);
  QVERIFY((whole.rgb - skipped.rgb).abs().mean().item<double>() < 3e-3);
  QVERIFY(largest_difference(whole.rgb, skipped.rgb) < 0.1);
  const Tensor solid = whole.opacity > 0.9;
  QVERIFY((whole.depth - skipped.depth).masked_select(solid).abs().max().item<double>() < 0.02);
  QVERIFY(skipped.opacity[0][0].item<double>() == 0);
}

void RendererTest::rays_that_meet_nothing() {
  const Field field = ball_field(0.2, 32);
  const Rays away{at::tensor({0.0F, 0.0F, 3.0F}).view({1, 3}),
                  at::tensor({0.0F, 0.0F, 1.0F}).view({1, 3})};
  const RenderOutput out = render(field, away, {});
  QVERIFY(out.opacity.item<double>() == 0);
  QVERIFY(std::abs(out.features[0][1].item<double>() - 1) < 1e-6);
  RenderOptions contradiction;
  contradiction.disparity = true;
  QVERIFY_EXCEPTION_THROWN(render(field, away, contradiction), Error);
}

QTEST_GUILESS_MAIN(RendererTest)
#include "renderer_test.moc"
