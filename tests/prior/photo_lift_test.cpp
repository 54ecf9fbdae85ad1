// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/photo_lift.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

class PhotoLiftTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_camera_becomes_its_sixteen_numbers() {
    const Camera camera = rig_camera({90, 0});
    const Tensor numbers = camera_tensor(camera);
    // The world's origin lies 2.7 in front of the camera, on its axis.
    QVERIFY(std::abs(numbers[3].item<float>()) < 1e-6F);
    QVERIFY(std::abs(numbers[7].item<float>()) < 1e-6F);
    QVERIFY(std::abs(numbers[11].item<float>() - float(kRigRadius)) < 1e-6F);
    QVERIFY(std::abs(numbers[12].item<float>() - float(kRigFocal)) < 1e-6F);
    QVERIFY(std::abs(numbers[14].item<float>() - 0.5F) < 1e-6F);
  }

  // A photo whose red is its column and green its row: what is read at a texel tells where the
  // texel's point was projected to. The surfaces are slanted planes, so that their normals are
  // known; at the borders the smoothing bends them.
  void every_texel_reads_where_its_point_is_projected_and_only_what_faces_the_camera() {
    constexpr int kSize = 64;
    constexpr int kResolution = 32;
    constexpr int kBorder = 10;
    const Tensor ramp = (at::arange(kSize, at::kFloat) + 0.5) / double(kSize);
    const Tensor photo = at::stack({ramp.view({1, kSize}).expand({kSize, kSize}),
                                    ramp.view({kSize, 1}).expand({kSize, kSize})})
                             .unsqueeze(0)
                             .contiguous();
    RigOptions rig;
    rig.radius = 2.0;
    rig.focal = 1.6;
    rig.roll_deg = 7;
    const Camera camera = rig_camera({25, -10}, rig);
    constexpr double kHeight[3][2] = {{-0.2, 0.25}, {-0.1, 0.15}, {0.05, 0.3}};
    constexpr double kSlope[3][2][2] = {
        {{0.5, -0.2}, {-0.3, 0.8}}, {{1.5, 0.1}, {0.4, 0.4}}, {{0.0, -2.0}, {0.7, -1.4}}};
    const auto centre = [](int i) { return (i + 0.5) / kResolution - 0.5; };
    Tensor surface = at::empty({3, 2, kResolution, kResolution});
    for (int plane = 0; plane < 3; ++plane) {
      for (int slice = 0; slice < 2; ++slice) {
        for (int row = 0; row < kResolution; ++row) {
          for (int column = 0; column < kResolution; ++column) {
            surface[plane][slice][row][column] = kHeight[plane][slice] +
                                                 kSlope[plane][slice][0] * centre(column) +
                                                 kSlope[plane][slice][1] * centre(row);
          }
        }
      }
    }
    const Tensor lifted = lift_photo(photo, camera_tensor(camera).unsqueeze(0), surface, 1 - photo);
    QCOMPARE(lifted.sizes(), at::IntArrayRef({1, 3, 2, 3 + 2, kResolution, kResolution}));

    constexpr int kAxes[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};
    int whole = 0;
    int fading = 0;
    int hidden = 0;
    for (int plane = 0; plane < 3; ++plane) {
      for (int slice = 0; slice < 2; ++slice) {
        for (int row = kBorder; row < kResolution - kBorder; ++row) {
          for (int column = kBorder; column < kResolution - kBorder; ++column) {
            Eigen::Vector3d point;
            point[kAxes[plane][0]] = centre(column);
            point[kAxes[plane][1]] = centre(row);
            point[kAxes[plane][2]] = surface[plane][slice][row][column].item<double>();
            Eigen::Vector3d outward;
            outward[kAxes[plane][0]] = -kSlope[plane][slice][0];
            outward[kAxes[plane][1]] = -kSlope[plane][slice][1];
            outward[kAxes[plane][2]] = 1;
            if (slice == 0) outward = -outward;
            const double facing =
                outward.normalized().dot((camera.position() - point).normalized());
            const Tensor read = lifted[0][plane][slice].select(1, row).select(1, column);
            QVERIFY(std::abs(read[2].item<double>() - facing) < 1e-4);

            const Projection at = project(camera, point);
            if (at.u < 0.02 || at.u > 0.98 || at.v < 0.02 || at.v > 0.98) continue;
            const double share = std::clamp(facing / 0.25, 0.0, 1.0);
            QVERIFY(std::abs(read[0].item<double>() - share * at.u) < 1e-3);
            QVERIFY(std::abs(read[1].item<double>() - share * at.v) < 1e-3);
            QVERIFY(std::abs(read[3].item<double>() - (1 - at.u)) < 1e-3);  // hidden or not
            QVERIFY(std::abs(read[4].item<double>() - (1 - at.v)) < 1e-3);
            ++(share == 0 ? hidden : share == 1 ? whole : fading);
          }
        }
      }
    }
    QVERIFY(whole > 100 && hidden > 100 && fading > 10);
  }

  void outside_the_photo_nothing_is_read() {
    RigOptions close;
    close.radius = 0.9;  // the frame covers the middle of the planes only
    const Tensor surface = at::zeros({3, 2, 16, 16});
    const Tensor photo = at::ones({1, 1, 32, 32});
    const Tensor lifted =
        lift_photo(photo, camera_tensor(rig_camera({0, 0}, close)).unsqueeze(0), surface, photo);
    const Tensor front = lifted[0][0][1][0];
    QCOMPARE(front[8][8].item<float>(), 1.0F);
    QCOMPARE(front[0][0].item<float>(), 0.0F);
    QCOMPARE(front[15][15].item<float>(), 0.0F);
    const Tensor behind = lifted[0][0][0][2];
    QCOMPARE(behind[8][8].item<float>(), 1.0F);
    QCOMPARE(behind[0][0].item<float>(), 0.0F);
  }
};

QTEST_GUILESS_MAIN(PhotoLiftTest)
#include "photo_lift_test.moc"
