// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/prior/photo_lift.h"

#include <QtTest>

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
  // texel's point was projected to.
  void every_texel_reads_where_its_point_is_projected() {
    constexpr int kSize = 64;
    constexpr int kResolution = 8;
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
    const Tensor surface = at::linspace(-0.3, 0.3, 3 * 2 * kResolution * kResolution)
                               .view({3, 2, kResolution, kResolution});
    const Tensor lifted = lift_photo(photo, camera_tensor(camera).unsqueeze(0), surface);
    QCOMPARE(lifted.sizes(), at::IntArrayRef({1, 3, 2, 3, kResolution, kResolution}));

    constexpr int kAxes[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1}};
    int inside = 0;
    for (int plane = 0; plane < 3; ++plane) {
      for (int slice = 0; slice < 2; ++slice) {
        for (int row = 0; row < kResolution; ++row) {
          for (int column = 0; column < kResolution; ++column) {
            Eigen::Vector3d point;
            point[kAxes[plane][0]] = (column + 0.5) / kResolution - 0.5;
            point[kAxes[plane][1]] = (row + 0.5) / kResolution - 0.5;
            point[kAxes[plane][2]] = surface[plane][slice][row][column].item<double>();
            const Projection at = project(camera, point);
            const Tensor read = lifted[0][plane][slice].select(1, row).select(1, column);
            if (at.u > 0.02 && at.u < 0.98 && at.v > 0.02 && at.v < 0.98) {
              ++inside;
              QVERIFY(std::abs(read[0].item<double>() - at.u) < 1e-3);
              QVERIFY(std::abs(read[1].item<double>() - at.v) < 1e-3);
            } else if (at.u < -0.02 || at.u > 1.02 || at.v < -0.02 || at.v > 1.02) {
              QCOMPARE(read[0].item<float>(), 0.0F);
            }
            Eigen::Vector3d outward = Eigen::Vector3d::Zero();
            outward[kAxes[plane][2]] = slice == 0 ? -1 : 1;
            const double facing = outward.dot((camera.position() - point).normalized());
            QVERIFY(std::abs(read[2].item<double>() - facing) < 1e-5);
          }
        }
      }
    }
    QVERIFY(inside > 100);
  }
};

QTEST_GUILESS_MAIN(PhotoLiftTest)
#include "photo_lift_test.moc"
