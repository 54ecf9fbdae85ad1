// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/bake.h"
#include "core/field/volume_picture.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

namespace {

// Bricks side by side along x, of one colour and opacity; those in `absent` are empty.
BakedVolume slab(int bricks, std::uint8_t opacity, const std::vector<int>& absent = {}) {
  BakedVolume volume;
  volume.samples = {16 * bricks, 16, 16};
  volume.voxel = 0.02F;
  const Eigen::Vector3f half = volume.samples.cast<float>() * volume.voxel / 2;
  volume.box = {-half, half};
  for (int b = 0; b < bricks; ++b) {
    const bool empty = std::find(absent.begin(), absent.end(), b) != absent.end();
    volume.bricks.push_back(empty ? -1 : std::int32_t(volume.hashes.size()));
    if (empty) continue;
    volume.hashes.push_back(std::uint64_t(b));
    for (int s = 0; s < BakedVolume::kBrickSamples; ++s) {
      for (const std::uint8_t v :
           {std::uint8_t(255), std::uint8_t(102), std::uint8_t(51), opacity}) {
        volume.texels.push_back(v);
      }
    }
  }
  return volume;
}

// The same sum without leaving anything out, sample by sample of the dense volume, in double.
Eigen::Vector4d naive_pixel(const BakedVolume& volume, const Ray& ray) {
  const auto texel = [&](const Eigen::Vector3i& at) {
    const Eigen::Vector3i inside =
        at.cwiseMax(0).cwiseMin(volume.samples - Eigen::Vector3i::Ones());
    const std::uint8_t* t = volume.sample(inside.x(), inside.y(), inside.z());
    return t ? Eigen::Vector4d(t[0], t[1], t[2], t[3]) : Eigen::Vector4d(0, 0, 0, 0);
  };
  double enter = 0;
  double leave = 1e9;
  for (int axis = 0; axis < 3; ++axis) {
    const double a = (volume.box.min()[axis] - ray.origin[axis]) / ray.direction[axis];
    const double b = (volume.box.max()[axis] - ray.origin[axis]) / ray.direction[axis];
    enter = std::max(enter, std::min(a, b));
    leave = std::min(leave, std::max(a, b));
  }
  Eigen::Vector3d colour(0, 0, 0);
  double opacity = 0;
  for (double t = enter; t < leave; t += 0.5 * volume.voxel) {
    const Eigen::Vector3d place =
        (ray.origin + t * ray.direction - volume.box.min().cast<double>()) / volume.voxel -
        Eigen::Vector3d::Constant(0.5);
    const Eigen::Vector3i low = place.array().floor().cast<int>();
    Eigen::Vector4d matter(0, 0, 0, 0);
    for (int corner = 0; corner < 8; ++corner) {
      const Eigen::Vector3i step(corner & 1, corner >> 1 & 1, corner >> 2 & 1);
      double weight = 1;
      for (int axis = 0; axis < 3; ++axis) {
        const double part = place[axis] - low[axis];
        weight *= step[axis] ? part : 1 - part;
      }
      matter += weight * texel(low + step);
    }
    const double alpha = 1 - std::sqrt(1 - std::min(matter[3] / 255, 0.9999));
    colour += (1 - opacity) * alpha * matter.head<3>() / 255;
    opacity += (1 - opacity) * alpha;
  }
  return {colour.x(), colour.y(), colour.z(), opacity};
}

}  // namespace

class VolumePictureTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_slab_is_as_opaque_as_it_is_thick() {
    // Through the middle, along z: 16 voxels of opacity 0.1 each.
    const std::uint8_t a = 26;
    const BakedVolume volume = slab(1, a);
    const Image picture = volume_picture(volume, rig_camera({0, 0}), 65);
    const float* middle = picture.at(32, 32);
    const double expected = 1 - std::pow(1 - a / 255.0, 16);
    QVERIFY2(std::abs(middle[3] - expected) < 0.01, qPrintable(QString::number(middle[3])));
    QVERIFY(std::abs(middle[0] - 1.0F) < 1e-4F && std::abs(middle[1] - 0.4F) < 1e-4F);
    QCOMPARE(picture.at(0, 0)[3], 0.0F);
  }

  void what_is_left_out_is_empty() {
    const BakedVolume volume = slab(3, 60, {1});
    for (const Viewpoint& from : {Viewpoint{0, 0}, Viewpoint{70, 20}, Viewpoint{-125, -40}}) {
      const Camera camera = rig_camera(from);
      const Image picture = volume_picture(volume, camera, 48);
      double worst = 0;
      double most = 0;
      for (int y = 0; y < 48; ++y) {
        for (int x = 0; x < 48; ++x) {
          const auto slow = naive_pixel(volume, camera_ray(camera, (x + 0.5) / 48, (y + 0.5) / 48));
          const float* fast = picture.at(x, y);
          worst = std::max(worst, std::abs(slow[3] - fast[3]));
          for (int c = 0; c < 3; ++c) {
            worst = std::max(worst, std::abs(slow[c] - double(fast[c]) * fast[3]));
          }
          most = std::max(most, slow[3]);
        }
      }
      QVERIFY2(worst < 0.02, qPrintable(QString::number(worst)));
      QVERIFY(most > 0.9);
    }
  }

  void a_baked_ball_is_a_disc() {
    BakeOptions options;
    options.samples_over_height = 64;
    const BakedVolume volume = bake(ball_field(0.3, 64), options);
    const Camera camera = rig_camera({40, 10});
    const Image picture = volume_picture(volume, camera, 96);
    int inside = 0;
    int wrong = 0;
    for (int y = 0; y < 96; ++y) {
      for (int x = 0; x < 96; ++x) {
        const Ray ray = camera_ray(camera, (x + 0.5) / 96, (y + 0.5) / 96);
        const double distance = ray.origin.cross(ray.direction).norm() / ray.direction.norm();
        if (std::abs(distance - 0.3) < 0.03) continue;  // the ball's edge is soft
        inside += distance < 0.3;
        wrong += (distance < 0.3) != (picture.at(x, y)[3] > 0.5F);
      }
    }
    QVERIFY(inside > 200);
    QCOMPARE(wrong, 0);
  }

  void empty_and_impossible() {
    const Image picture = volume_picture(BakedVolume(), rig_camera({0, 0}), 8);
    QCOMPARE(picture.width, 8);
    QCOMPARE(*std::max_element(picture.pixels.begin(), picture.pixels.end()), 0.0F);
    QVERIFY_EXCEPTION_THROWN(volume_picture(BakedVolume(), rig_camera({0, 0}), 0), Error);
  }
};

QTEST_GUILESS_MAIN(VolumePictureTest)
#include "volume_picture_test.moc"
