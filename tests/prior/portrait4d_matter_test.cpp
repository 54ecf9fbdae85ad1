// SPDX-License-Identifier: Apache-2.0
// A Portrait4D network whose head has matter, from the photo to its surface and its pictures.
#include "core/nn/torch.h"

#include "core/mesh/mesh_report.h"
#include "core/nn/torch_threads.h"
#include "core/pipeline/head_view.h"
#include "core/prior/gan_prior.h"
#include "core/prior/portrait4d/photo_crop.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "core/session/head_mesh.h"
#include "tests/prior/head_of_matter.h"
#include "tests/prior/small_portrait4d.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Portrait4DConfig medium_portrait4d() {
  Portrait4DConfig config = small_portrait4d();
  config.image = 128;
  config.planes = 64;
  config.token_width = 128;
  config.detail_width = 32;
  config.generator_width = 256;
  return config;
}

PriorInput some_photo() {
  const Tensor line = at::arange(128, at::kFloat) * 0.04;
  const Tensor crop = at::stack({(line.view({1, -1}) + line.view({-1, 1})).sin(),
                                 (line.view({1, -1}) - line.view({-1, 1})).cos(),
                                 (line.view({1, -1}) * line.view({-1, 1})).cos()});
  return {crop * 0.3 + 0.5, at::ones({1, 128, 128}), rig_camera({0, 0}), {}};
}

struct Look {
  double opaque = 0;  // share of the picture
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  Eigen::Vector3d left = Eigen::Vector3d::Zero();  // of the picture's left half
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  Eigen::Vector3d upper = Eigen::Vector3d::Zero();
  Eigen::Vector3d lower = Eigen::Vector3d::Zero();
};

// Mean colours of what is opaque.
Look look_at(const HeadView& view, const Viewpoint& from) {
  const Image rgba = view.picture(rig_camera(from), 32).rgba;
  const auto mean_over = [&](int x0, int x1, int y0, int y1, double* share = nullptr) {
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    int count = 0;
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        const float* pixel = rgba.at(x, y);
        if (pixel[3] < 0.9F) continue;
        sum += Eigen::Vector3d(pixel[0], pixel[1], pixel[2]);
        ++count;
      }
    }
    if (share != nullptr) *share = double(count) / ((x1 - x0) * (y1 - y0));
    return Eigen::Vector3d(sum / count);
  };
  const int w = rgba.width;
  Look look;
  look.mean = mean_over(0, w, 0, w, &look.opaque);
  look.left = mean_over(0, w / 2, 0, w);
  look.right = mean_over(w / 2, w, 0, w);
  look.upper = mean_over(0, w, 0, w / 2);
  look.lower = mean_over(0, w, w / 2, w);
  return look;
}

}  // namespace

class Portrait4DMatterTest : public QObject {
  Q_OBJECT

  Portrait4DConfig config_ = medium_portrait4d();
  MatterHead matter_;
  TensorMap tensors_;

  Field head(const nlohmann::json& told = nlohmann::json::object()) const {
    nlohmann::json json = to_json(config_);
    json.update(told);
    return GanPrior::load(tensors_, json).infer(some_photo());
  }

  // The surface is one closed ellipsoid, where the frame says, to two texels of the planes.
  void check_surface(const Field& head, double scale, const Eigen::Vector3d& offset) const {
    const HeadView view(head, {});
    HeadSurface surface;
    surface.resolution = 96;
    const MeshReport report = inspect_mesh(surface_of_head(view, surface));
    QVERIFY(report.watertight);
    QCOMPARE(report.components, 1);
    QCOMPARE(report.euler_characteristic, 2);
    QVERIFY(report.volume > 0);
    const Eigen::Vector3d low = report.low.cast<double>();
    const Eigen::Vector3d high = report.high.cast<double>();
    const double two_texels = 2 * 2 * head.frame.half_extent / double(head.planes.size(-1));
    const Eigen::Vector3d off = (low + high) / 2 - (scale * matter_.centre + offset);
    // Where the density has come to the threshold.
    const double within = std::sqrt(1 - surface.threshold * scale / kMatterSteepness);
    const Eigen::Vector3d radii = within * scale * matter_.radii;
    const Eigen::Vector3d more = (high - low) / 2 - radii;
    qInfo("centre off by %.4f %.4f %.4f, radii by %.4f %.4f %.4f, of %.4f", off.x(), off.y(),
          off.z(), more.x(), more.y(), more.z(), two_texels);
    QVERIFY(off.cwiseAbs().maxCoeff() < two_texels);
    QVERIFY(more.cwiseAbs().maxCoeff() < two_texels);
    const double ball = 4.0 / 3 * M_PI * radii.prod();
    QVERIFY2(std::abs(report.volume / ball - 1) < 0.06,
             qPrintable(QString::number(report.volume / ball)));
  }

 private Q_SLOTS:
  void initTestCase() {
    configure_torch_threads();
    const at::NoGradGuard no_grad;
    const Tensor photo = portrait4d_photo(some_photo(), config_.image).mul(2).sub(1).unsqueeze(0);
    tensors_ = with_matter(small_portrait4d_tensors(config_), config_, photo, matter_);
  }

  void its_surface_lies_where_the_frame_says() {
    const PriorFrame frame = portrait4d_frame();
    check_surface(head(), frame.scale, frame.offset);
  }

  void or_where_the_configuration_says() {
    check_surface(head({{"world_scale", 0.7}, {"world_offset", {0.06, -0.05, 0.02}}}), 0.7,
                  {0.06, -0.05, 0.02});
  }

  void its_sides_have_their_colours() {
    const HeadView view(head(), {});
    const Look front = look_at(view, {0, 0});
    const Look back = look_at(view, {180, 0});
    const Look right = look_at(view, {90, 0});  // from +x
    const Look left = look_at(view, {-90, 0});
    QVERIFY(front.mean[0] > 0.85 && back.mean[0] < 0.15);
    QVERIFY(right.mean[1] > 0.85 && left.mean[1] < 0.15);
    QVERIFY(front.right[1] > front.left[1] + 0.3);
    QVERIFY(back.left[1] > back.right[1] + 0.3);
    QVERIFY(right.left[0] > right.right[0] + 0.3);  // the face looks to the picture's left
    for (const Look& look : {front, back, right, left}) {
      QVERIFY(look.upper[2] > look.lower[2] + 0.3);
    }
    // Nothing but the ellipsoid is there: its outline's area from the front, as a far camera has
    // it.
    const PriorFrame frame = portrait4d_frame();
    const double seen =
        kRigFocal / (kRigRadius - frame.scale * matter_.centre.z() - frame.offset.z());
    const double area =
        M_PI * std::pow(frame.scale * seen, 2) * matter_.radii.x() * matter_.radii.y();
    QVERIFY2(std::abs(front.opaque / area - 1) < 0.15,
             qPrintable(QString("%1 of %2").arg(front.opaque).arg(area)));
  }
};

QTEST_GUILESS_MAIN(Portrait4DMatterTest)
#include "portrait4d_matter_test.moc"
