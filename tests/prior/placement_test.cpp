// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/renderer.h"
#include "core/field/triplane.h"
#include "core/prior/gan_prior.h"
#include "core/prior/placement.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "tests/field/test_fields.h"
#include "tests/prior/slow_head.h"
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
    const Tensor source = moved / 0.8 * at::tensor({1.0F, -1.0F, -1.0F});
    FieldFrame their_frame = FieldFrame::own();
    their_frame.half_extent = 0.65;
    const Decoded here =
        ours.decoder.decode(sample_planes(ours.planes.unsqueeze(0), points, ours.frame));
    const Decoded there =
        theirs.decoder.decode(sample_planes(theirs.planes.unsqueeze(0), source, their_frame));
    QVERIFY(largest_difference(here.colours, there.colours) < 1e-4);
    QVERIFY(largest_difference((here.raw_density - 1) * 0.8, there.raw_density - 1) < 2e-3);
  }

  // At a scale of 1 the arithmetic is the published one; at Portrait4D's own, densities are those
  // of another unit of length, exact where matter is solid or absent.
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
    const SlowHead head = slow_ball(side, 0.15, {0.05, -0.04, 0.08}, 8e3);
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
    for (int k = 0; k < samples; ++k)
      along.select(1, k).fill_(depths[std::size_t(k)] * frame.scale);
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
    const PriorInput input{
        (at::arange(3 * 64 * 64, at::kFloat) * 0.01).sin().abs().view({3, 64, 64}),
        at::ones({1, 64, 64}),
        rig_camera({10, 0}),
        {}};
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

  void a_configuration_may_tell_the_frame() {
    PriorFrame frame = portrait4d_frame();
    frame = told_frame(frame, {{"image", 512}});
    QCOMPARE(frame.scale, portrait4d_frame().scale);
    QCOMPARE(frame.offset, portrait4d_frame().offset);
    frame = told_frame(frame, {{"world_scale", 2}, {"world_offset", {0.5, -1.3, 0}}});
    QCOMPARE(frame.scale, 2.0);
    QCOMPARE(frame.offset, Eigen::Vector3d(0.5, -1.3, 0));
    QCOMPARE(frame.half_extent, 0.65);
    const auto refusal = [](const nlohmann::json& config) -> std::string {
      try {
        told_frame(portrait4d_frame(), config);
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt ? error.message() : "another error";
      }
      return "none";
    };
    for (const auto& scale :
         {nlohmann::json(0), nlohmann::json(-1), nlohmann::json("two"), nlohmann::json(nullptr)}) {
      QVERIFY(refusal({{"world_scale", scale}}).find("world_scale") != std::string::npos);
    }
    // The reckoned offset would be beside so small a cube.
    QVERIFY(refusal({{"world_scale", 0.05}}).find("world_scale") != std::string::npos);
    for (const char* offset : {"0.1", "[0, 0]", R"([0, "up", 0])", "[0, 0.6, 0]", R"({"x": 0})"}) {
      const nlohmann::json config = {{"world_offset", nlohmann::json::parse(offset)}};
      QVERIFY(refusal(config).find("world_offset") != std::string::npos);
    }
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
