// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/renderer.h"
#include "core/field/triplane.h"
#include "core/prior/gan_prior.h"
#include "core/prior/placement.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "tests/field/test_fields.h"
#include "tests/prior/small_portrait4d.h"

#include <Eigen/Geometry>
#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// -- Portrait4D's renderer, number by number, from its published rules.

struct SlowHead {
  Tensor planes;  // [3,32,R,R]
  Tensor w0, b0, density, density_bias, colours, colours_bias;  // as stored: gains are not in them

  // One plane at (u, v), -1 to 1 across it, columns along u; zeros outside.
  double texel(int plane, int channel, double u, double v) const {
    const auto p = planes.accessor<float, 4>();
    const auto side = static_cast<double>(planes.size(3));
    const double x = (u + 1) / 2 * side - 0.5;
    const double y = (v + 1) / 2 * side - 0.5;
    double sum = 0;
    for (int dy = 0; dy < 2; ++dy) {
      for (int dx = 0; dx < 2; ++dx) {
        const auto column = static_cast<std::int64_t>(std::floor(x)) + dx;
        const auto row = static_cast<std::int64_t>(std::floor(y)) + dy;
        if (column < 0 || row < 0 || column >= planes.size(3) || row >= planes.size(2)) continue;
        sum += p[plane][channel][row][column] * (1 - std::abs(x - double(column))) *
               (1 - std::abs(y - double(row)));
      }
    }
    return sum;
  }

  // s and the 32 colours.
  std::array<double, 33> at(const Eigen::Vector3d& point) const {
    const Eigen::Vector3d unit = point * 2 / 1.3;
    const double places[3][2] = {
        {unit.x(), unit.y()}, {unit.y(), unit.z()}, {unit.z(), unit.x()}};
    std::array<double, 64> hidden{};
    for (int h = 0; h < 64; ++h) hidden[std::size_t(h)] = b0[h].item<double>();
    const auto w = w0.accessor<float, 2>();
    for (int c = 0; c < 32; ++c) {
      double mean = 0;
      for (int p = 0; p < 3; ++p) mean += texel(p, c, places[p][0], places[p][1]) / 3;
      for (int h = 0; h < 64; ++h) hidden[std::size_t(h)] += w[h][c] / std::sqrt(32.0) * mean;
    }
    for (double& h : hidden) h = h > 30 ? h : std::log1p(std::exp(h));
    std::array<double, 33> out{};
    const auto layer = [&](const Tensor& weights, const Tensor& bias, int row) {
      double sum = bias[row].item<double>();
      const auto by = weights.accessor<float, 2>();
      for (int h = 0; h < 64; ++h) sum += by[row][h] / std::sqrt(64.0) * hidden[std::size_t(h)];
      return sum;
    };
    out[0] = layer(density, density_bias, 0);
    for (int c = 0; c < 32; ++c) {
      const double s = 1 / (1 + std::exp(-layer(colours, colours_bias, c)));
      out[std::size_t(c + 1)] = s * 1.002 - 0.001;
    }
    return out;
  }

  // Midpoint marching; the background as the renderer has it: RGB, and 0.5 in the other channels.
  std::array<double, 32> ray(const Eigen::Vector3d& origin, const Eigen::Vector3d& direction,
                             const std::vector<double>& depths,
                             const std::array<double, 3>& background) const {
    std::array<double, 32> sum{};
    double light = 1;
    std::array<double, 33> before = at(origin + depths[0] * direction);
    for (std::size_t k = 0; k + 1 < depths.size(); ++k) {
      const std::array<double, 33> after = at(origin + depths[k + 1] * direction);
      const double s = (before[0] + after[0]) / 2 - 1;
      const double per_length = s > 30 ? s : std::log1p(std::exp(s));
      const double alpha = 1 - std::exp(-per_length * (depths[k + 1] - depths[k]));
      for (std::size_t c = 0; c < 32; ++c) {
        sum[c] += light * alpha * (before[c + 1] + after[c + 1]) / 2;
      }
      light *= 1 - alpha + 1e-10;
      before = after;
    }
    for (std::size_t c = 0; c < 32; ++c) sum[c] += light * (c < 3 ? background[c] : 0.5);
    return sum;
  }
};

// A ball of their world with colours that change across it, as planes of their frame.
SlowHead ball(std::int64_t side, double radius, const Eigen::Vector3d& centre, double steepness) {
  SlowHead head;
  head.planes = at::zeros({3, 32, side, side});
  const int axes[3][2] = {{0, 1}, {1, 2}, {2, 0}};
  const Tensor line = ((at::arange(side, at::kFloat) + 0.5) / double(side) * 2 - 1) * 0.65;
  for (int p = 0; p < 3; ++p) {
    const Tensor u = line.view({1, -1}).expand({side, side}) - centre[axes[p][0]];
    const Tensor v = line.view({-1, 1}).expand({side, side}) - centre[axes[p][1]];
    head.planes[p][0].copy_(u.square() + v.square());
    head.planes[p][1 + axes[p][0]].copy_(u * 1.5);
    head.planes[p][1 + axes[p][1]].copy_(v * 1.5);
  }
  head.w0 = at::zeros({64, 32});
  head.b0 = at::full({64}, 30.0F);
  head.density = at::zeros({1, 64});
  head.colours = at::zeros({32, 64});
  head.colours_bias = at::zeros({32});
  for (int c = 0; c < 4; ++c) head.w0[c][c] = std::sqrt(32.0);
  head.density[0][0] = -1.5 * steepness * 8;
  head.density_bias = at::full({1}, 1 + steepness * (radius * radius + 1.5 * 30));
  for (int c = 0; c < 3; ++c) {
    head.colours[c][1 + c] = 4.0 * 8;
    head.colours_bias[c] = -4 * 30;
  }
  return head;
}

Decoder decoder_of(const SlowHead& head) {
  Decoder decoder;
  decoder.w0 = head.w0 / std::sqrt(32.0);
  decoder.b0 = head.b0;
  decoder.w1 = at::cat({head.density, head.colours}) / 8;
  decoder.b1 = at::cat({head.density_bias, head.colours_bias});
  return decoder;
}

SuperResolution some_super_resolution() {
  RandomStream random({1, 2, 3, 4});
  return SuperResolution::random(random);
}

}  // namespace

class PlacementTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void half_the_resolution_keeps_what_lies_between_texels() {
    const Tensor planes = random_field(1, 16, 3).planes;
    const Tensor half = halved_planes(planes);
    QCOMPARE(half.sizes(), at::IntArrayRef({3, 1, 32, 8, 8}));
    const Tensor line = (at::arange(8, at::kFloat) + 0.5) / 8 - 0.5;
    const Tensor x = line.view({8, 1, 1}).expand({8, 8, 8});
    const Tensor y = line.view({1, 8, 1}).expand({8, 8, 8});
    const Tensor z = line.view({1, 1, 8}).expand({8, 8, 8});
    const Tensor points = at::stack({x, y, z}, -1).reshape({1, 512, 3});
    QVERIFY(largest_difference(sample_planes(planes.unsqueeze(0), points, FieldFrame::own()),
                               sample_planes(half.unsqueeze(0), points, FieldFrame::own())) < 1e-5);
    QVERIFY_EXCEPTION_THROWN(halved_planes(at::zeros({3, 32, 7, 7})), Error);
  }

  // What a placed head has at a place is what the other one has where it comes from.
  void places_come_from_where_the_frame_says() {
    const Field theirs = random_field(1, 32, 5);
    PriorFrame frame;
    frame.half_extent = 0.65;
    frame.flips = {1, -1, -1};
    frame.scale = 0.8;
    frame.offset = {0.1, -0.07, 0.2};
    const Field ours = placed_head(theirs.planes.squeeze(1), theirs.decoder, theirs.sr, frame);
    QVERIFY(std::abs(ours.frame.half_extent - 0.52) < 1e-12);
    const Eigen::Vector3d offset = placed_offset(frame, 32);
    const double texel = 2 * 0.52 / 32;
    QVERIFY((offset - frame.offset).cwiseAbs().maxCoeff() <= texel / 2 + 1e-9);
    QVERIFY((offset - frame.offset).cwiseAbs().maxCoeff() > texel / 10);
    RandomStream random({7, 7, 7, 7});
    const Tensor points = at::empty({1, 500, 3});
    random.fill_normal({points.data_ptr<float>(), 1500});
    points.mul_(0.2).clamp_(-0.5, 0.5);
    const Tensor moved = points - at::tensor({offset.x(), offset.y(), offset.z()}).to(at::kFloat);
    const Tensor source =
        moved / 0.8 * at::tensor({1.0F, -1.0F, -1.0F});
    FieldFrame their_frame = FieldFrame::own();
    their_frame.half_extent = 0.65;
    const Decoded here =
        ours.decoder.decode(sample_planes(ours.planes.unsqueeze(0), points, ours.frame));
    const Decoded there =
        theirs.decoder.decode(sample_planes(theirs.planes.unsqueeze(0), source, their_frame));
    QVERIFY(largest_difference(here.colours, there.colours) < 1e-4);
    QVERIFY(largest_difference((here.raw_density - 1) * 0.8, there.raw_density - 1) < 2e-3);
  }

  // At a scale of 1 the arithmetic is the published one; at Portrait4D's own, densities are those of
  // another unit of length, exact where matter is solid or absent.
  void rays_agree_with_the_published_rules_data() {
    QTest::addColumn<bool>("at_home");
    QTest::addColumn<double>("tolerance");
    QTest::newRow("in their world") << true << 2e-4;
    QTest::newRow("in ours") << false << 2e-3;
  }
  void rays_agree_with_the_published_rules() {
    QFETCH(bool, at_home);
    QFETCH(double, tolerance);
    const std::int64_t side = 64;
    const SlowHead head = ball(side, 0.15, {0.05, -0.04, 0.08}, 8e3);
    PriorFrame frame = portrait4d_frame();
    if (at_home) frame.scale = 1, frame.offset.setZero();
    const Field field = placed_head(head.planes, decoder_of(head), some_super_resolution(), frame);
    const Eigen::Vector3d offset = placed_offset(frame, side);

    // Their camera, OpenGL's: columns right, up, backward; 0.5 to the viewer's right, 0.2 above.
    const double yaw = 0.5;
    const double pitch = 0.2;
    const Eigen::Vector3d backward(std::sin(yaw) * std::cos(pitch), std::sin(pitch),
                                   std::cos(yaw) * std::cos(pitch));
    const Eigen::Vector3d right(std::cos(yaw), 0, -std::sin(yaw));
    const Eigen::Vector3d up = backward.cross(right);
    const Eigen::Vector3d centre = Eigen::Vector3d(0, 0, 0.09) + 4.2 * backward;
    const double focal = 2 * 4.7572;  // near the ball, so that both cubes hold all samples
    // Ours: right, down, forward.
    Camera camera;
    camera.world_from_camera.block<3, 1>(0, 0) = right;
    camera.world_from_camera.block<3, 1>(0, 1) = -up;
    camera.world_from_camera.block<3, 1>(0, 2) = -backward;
    camera.world_from_camera.block<3, 1>(0, 3) = frame.scale * centre + offset;
    camera.focal_x = camera.focal_y = focal;

    const int width = 12;
    const int samples = 96;
    const double middle = centre.dot(backward);  // |z| of the world's origin before the camera
    std::vector<double> depths;
    for (int k = 0; k < samples; ++k) {
      depths.push_back(middle - 0.35 + 0.7 * (k + 0.5) / samples);
    }
    RenderOptions options;
    options.background = std::array<float, 3>{0.2F, 0.4F, 0.9F};
    options.least_transmittance = 0;
    Tensor along = at::empty({width * width, samples});
    for (int k = 0; k < samples; ++k) along.select(1, k).fill_(depths[std::size_t(k)] * frame.scale);
    const Rays rays = camera_rays(camera, width, width);
    const Tensor fast = render_depths(field, rays, along, options).features;
    double worst = 0;
    double least = 1;
    double most = 0;
    for (int row = 0; row < width; ++row) {
      for (int column = 0; column < width; ++column) {
        const double x = ((column + 0.5) / width - 0.5) / focal;
        const double y = -((row + 0.5) / width - 0.5) / focal;
        const Eigen::Vector3d direction = (x * right + y * up - backward).normalized();
        const std::array<double, 32> expected =
            head.ray(centre, direction, depths, {0.2, 0.4, 0.9});
        for (int c = 0; c < 32; ++c) {
          worst = std::max(worst, std::abs(fast[row * width + column][c].item<double>() -
                                           expected[std::size_t(c)]));
        }
        least = std::min(least, expected[0]);
        most = std::max(most, expected[0]);
      }
    }
    QVERIFY2(worst < tolerance, qPrintable(QString::number(worst)));
    QVERIFY(most - least > 0.3);  // the ball is in the picture
  }

  void a_prior_of_the_architecture_makes_a_head() {
    const Portrait4DConfig config = small_portrait4d();
    const TensorMap tensors = small_portrait4d_tensors(config);
    const auto head_of = [&](const nlohmann::json& json, const PriorInput& input) {
      return GanPrior::load(tensors, json).infer(input);
    };
    const PriorInput input{(at::arange(3 * 64 * 64, at::kFloat) * 0.01).sin().abs().view({3, 64, 64}),
                           at::ones({1, 64, 64}), rig_camera({10, 0}), {}};
    const Field head = head_of(to_json(config), input);
    QCOMPARE(head.planes.sizes(), at::IntArrayRef({3, 1, 32, 16, 16}));
    QVERIFY(head.sr.kind == SuperResolution::Kind::kHybrid);
    QVERIFY(std::abs(head.frame.half_extent - 0.65 * portrait4d_frame().scale) < 1e-12);
    QCOMPARE(head.frame.depth_slices, 1);
    QVERIFY(!head.planes.requires_grad());
    nlohmann::json small = to_json(config);
    small["planes"] = 8;
    QCOMPARE(head_of(small, input).planes.sizes(), at::IntArrayRef({3, 1, 32, 8, 8}));
    // The photo, its camera and its landmarks all decide.
    PriorInput other = input;
    other.crop = 1 - input.crop;
    QVERIFY(largest_difference(head_of(to_json(config), other).planes, head.planes) > 1e-4);
    other = input;
    other.camera = rig_camera({-20, 5});
    QVERIFY(largest_difference(head_of(to_json(config), other).planes, head.planes) > 1e-4);
    other = input;
    for (int i = 0; i < 68; ++i) other.landmarks.emplace_back(20 + i % 7 * 3, 10 + i % 11 * 4);
    QVERIFY(largest_difference(head_of(to_json(config), other).planes, head.planes) > 1e-4);
    const RenderedImage picture = render_neural(head, rig_camera({0, 0}), 8, {});
    QCOMPARE(picture.neural.sizes(), at::IntArrayRef({3, 32, 32}));
    QVERIFY(picture.neural.isfinite().all().item<bool>());
    // Its tensors are its own.
    head.sr.parameters[0].second.zero_();
    head.decoder.w0.zero_();
    QVERIFY(at::equal(head_of(to_json(config), input).planes, head.planes));
  }

  void unknown_architectures_are_named() {
    for (const auto& [json, word] :
         {std::pair{nlohmann::json{{"architecture", "sketch"}}, "sketch"},
          std::pair{nlohmann::json{{"architecture", 4}}, "4"}}) {
      try {
        GanPrior::load(TensorMap(), json);
        QFAIL("taken");
      } catch (const Error& error) {
        QVERIFY2(error.message().find(word) != std::string::npos, error.message().c_str());
      }
    }
  }
};

QTEST_GUILESS_MAIN(PlacementTest)
#include "placement_test.moc"
