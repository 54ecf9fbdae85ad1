// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/photo/landmarks68.h"
#include "core/prior/portrait4d/face_crop.h"
#include "core/prior/portrait4d/portrait4d_prior.h"

#include <QtTest>

#include <cmath>
#include <numbers>

using namespace portrait;

namespace {

// The aligned face as a far camera shows it: `pixels` to the decimetre, its origin at (x, y).
FivePoints seen_face(double pixels, double x, double y) {
  FivePoints points;
  for (std::size_t i = 0; i < 5; ++i) {
    points[i] = {x + pixels * aligned_face()[i].x(), y - pixels * aligned_face()[i].y()};
  }
  return points;
}

}  // namespace

class FaceCropTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void our_face_is_that_of_the_mean_landmarks() {
    const auto& mean = mean_landmarks();
    const auto eye = [&](std::size_t first) {
      Eigen::Vector3d sum = Eigen::Vector3d::Zero();
      for (std::size_t i = first; i < first + 6; ++i) sum += mean[i] / 6;
      return sum;
    };
    const std::array<Eigen::Vector3d, 5> expected = {eye(36), eye(42), mean[30], mean[48],
                                                     mean[54]};
    for (std::size_t i = 0; i < 5; ++i) QVERIFY((our_face()[i] - expected[i]).norm() < 1e-5);
  }

  void five_of_sixty_eight() {
    Points2 landmarks;
    for (int i = 0; i < kLandmarkCount; ++i) landmarks.emplace_back(i, i * i);
    const FivePoints five = five_points(landmarks);
    QCOMPARE(five[0], Eigen::Vector2d(38.5, eye_centre(landmarks, true).y()));
    QCOMPARE(five[1], eye_centre(landmarks, false));
    QCOMPARE(five[2], landmarks[30]);
    QCOMPARE(five[3], landmarks[48]);
    QCOMPARE(five[4], landmarks[54]);
    landmarks.pop_back();
    QVERIFY_EXCEPTION_THROWN(five_points(landmarks), Error);
    // Projected, they are near the means of what is projected.
    const Camera camera = rig_camera({25, 10});
    Points2 projected;
    for (const Eigen::Vector3d& point : mean_landmarks()) {
      const Projection p = project(camera, point);
      projected.emplace_back(p.u * 512, p.v * 512);
    }
    const FivePoints all = five_points(projected);
    const FivePoints five_only = five_points(camera, 512, 512);
    for (std::size_t i = 0; i < 5; ++i) QVERIFY((all[i] - five_only[i]).norm() < 0.2);
  }

  void a_face_is_scaled_and_shifted_to_its_place() {
    const FaceCrop crop = face_crop(seen_face(89, 140, 125), 300, 260);
    const double scale = 180.0 / 89;
    QCOMPARE(crop.width, 606);
    QCOMPARE(crop.height, 525);
    QCOMPARE(crop.size, 512);
    // The model's origin comes to the crop's middle, y counted up from the photo's lower edge.
    QCOMPARE(crop.left, std::int64_t(303 - 256 + (140 - 150) * scale));
    QCOMPARE(crop.top, std::int64_t(262.5 - 256 + (130 - 135) * scale));
    // At a size of 256, the same of half of all.
    const FaceCrop half = face_crop(seen_face(89, 140, 125), 300, 260, 256);
    QCOMPARE(half.width, 303);
    QCOMPARE(half.left, std::int64_t(151.5 - 128 + (140 - 150) * scale / 2));
    QVERIFY_EXCEPTION_THROWN(face_crop(seen_face(0, 140, 125), 300, 260), Error);
  }

  void a_crop_shows_the_photo_at_its_place() {
    const Tensor ramp =
        at::arange(40, at::kFloat).view({1, 1, 40}).expand({1, 30, 40}).contiguous();
    const Tensor both =
        at::cat({ramp, at::arange(30, at::kFloat).view({1, 30, 1}).expand({1, 30, 40})});
    const FaceCrop crop{80, 60, -6, 9, 64};
    const Tensor cut = cut_face(both, crop);
    QCOMPARE(cut.sizes(), at::IntArrayRef({2, 64, 64}));
    // Six columns of the border, then the photo at twice its size.
    QVERIFY(at::allclose(cut.narrow(2, 0, 6), cut.narrow(2, 6, 1).expand({2, 64, 6})));
    for (int column = 14; column < 64; ++column) {
      QVERIFY(std::abs(cut[0][20][column].item<double>() - ((column - 6 + 0.5) / 2 - 0.5)) < 0.02);
    }
    for (int row = 0; row < 40; ++row) {
      QVERIFY(std::abs(cut[1][row][30].item<double>() - ((row + 9 + 0.5) / 2 - 0.5)) < 0.02);
    }
  }

  // One bright pixel of a photo made smaller by three, along one line.
  void shrinking_is_prefiltered_lanczos() {
    const Tensor image = at::zeros({1, 1, 90});
    image[0][0][46] = 1;
    const Tensor cut = cut_face(image, {30, 1, 0, 0, 30});
    double sum = 0;
    for (int column = 4; column < 26; ++column) {
      const double x = (46 + 0.5 - (column + 0.5) * 3) / 3;
      const double a = std::numbers::pi * x;
      const double expected = std::abs(x) >= 3 ? 0
                              : x == 0         ? 1
                                               : std::sin(a) / a * std::sin(a / 3) / (a / 3);
      // The weights of a pixel sum to 1, which takes 3 of the kernel and a little.
      QVERIFY(std::abs(cut[0][0][column].item<double>() - expected / 3) < 2e-3);
      sum += cut[0][0][column].item<double>();
    }
    QVERIFY(std::abs(sum - 1.0 / 3) < 1e-2);
    QVERIFY(at::allclose(cut_face(at::full({2, 33, 90}, 0.4), {30, 11, -5, -9, 30}),
                         at::full({2, 30, 30}, 0.4)));
  }

  // What the frontal camera sees of our mean head is what the crop of a frontal photo shows: the
  // five points come to the same pixels, to what one mean face differs from the other.
  void the_front_camera_sees_the_crop() {
    const Camera front = portrait4d_front_camera();
    const FivePoints in_crop = seen_face(180, 256, 256);
    const FivePoints seen = five_points(front, 512, 512);
    double mean = 0;
    for (std::size_t i = 0; i < 5; ++i) mean += (seen[i] - in_crop[i]).norm() / 5;
    QVERIFY2(mean < 6, qPrintable(QString::number(mean)));
    const PriorFrame frame = portrait4d_frame();
    QVERIFY(std::abs(front.position().z() - (4.2 * frame.scale + frame.offset.z())) < 1e-12);
    QVERIFY((front.world_from_camera.block<3, 1>(0, 2).isApprox(Eigen::Vector3d(0, 0, -1))));
    QVERIFY(frame.scale > 0.8 && frame.scale < 0.95);
    QVERIFY(frame.offset.y() > 0 && frame.offset.y() < 0.1);
    QVERIFY(frame.offset.z() > 0 && frame.offset.z() < 0.15);
  }
};

QTEST_GUILESS_MAIN(FaceCropTest)
#include "face_crop_test.moc"
