// SPDX-License-Identifier: Apache-2.0
// A photo and the canonical crop of it, both of closed form, cut as Portrait4D takes them.
#include "core/nn/torch.h"

#include "core/photo/align.h"
#include "core/photo/landmarks68.h"
#include "core/prior/portrait4d/face_crop.h"
#include "core/prior/portrait4d/photo_crop.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <numbers>

using namespace portrait;

namespace {

constexpr int kWidth = 1600;
constexpr int kHeight = 1200;
constexpr int kCrop = 512;
constexpr int kCut = 512;

Tensor tensor_of(const Image& image) {
  return at::from_blob(const_cast<float*>(image.pixels.data()),
                       {image.height, image.width, image.channels}, at::kFloat)
      .permute({2, 0, 1})
      .clone();
}

// A camera that shows the head about twice as large as the crop does, beside the middle.
Camera photo_camera(double roll_deg) {
  RigOptions options;
  options.roll_deg = roll_deg;
  Camera camera = rig_camera({8, 4}, options);
  camera.focal_x = kRigFocal * 1100 / kWidth;
  camera.focal_y = kRigFocal * 1100 / kHeight;
  camera.centre_x = 0.45;
  camera.centre_y = 0.53;
  return camera;
}

using Painting = std::function<double(double x, double y)>;  // of photo pixels, centres at halves

struct TakenFace {
  explicit TakenFace(const Painting& painting, double roll_deg = 0)
      : camera(photo_camera(roll_deg)),
        alignment(align_head(camera, kWidth, kHeight, kCrop)),
        photo(kWidth, kHeight, 3) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        std::fill_n(photo.at(x, y), 3, float(painting(x + 0.5, y + 0.5)));
      }
    }
    crop = tensor_of(cut_crop(photo, alignment));
    for (const Eigen::Vector3d& point : mean_landmarks()) {
      const Projection seen = project(camera, point);
      landmarks.emplace_back(seen.u * kWidth, seen.v * kHeight);
    }
  }

  PriorInput of_crop(const Tensor& over_grey, const Tensor& matte) const {
    PriorInput input{over_grey, matte, alignment.crop_camera, {}};
    for (const Eigen::Vector2d& point : landmarks) {
      input.landmarks.push_back(apply(alignment.crop_from_photo, point));
    }
    return input;
  }
  PriorInput of_crop() const { return of_crop(crop, at::ones({1, kCrop, kCrop})); }
  PriorInput with_photo(PriorInput input) const {
    input.photo = WholePhoto{tensor_of(photo), crop, alignment.crop_from_photo};
    return input;
  }
  FaceCrop cut() const { return face_crop(five_points(landmarks), kWidth, kHeight, kCut); }
  // Where the photo has the middle of a column of its cut.
  double photo_x(double column) const {
    return (double(cut().left) + column + 0.5) * kWidth / double(cut().width);
  }

  Camera camera;
  Alignment alignment;
  Image photo;
  Tensor crop;
  std::vector<Eigen::Vector2d> landmarks;
};

// Middle of what is bright, in pixels.
Eigen::Vector2d middle(const Tensor& cut) {
  const Tensor mass = cut[0].clamp_min(0.02) - 0.02;
  const Tensor line = at::arange(kCut, at::kFloat) + 0.5;
  const double sum = mass.sum().item<double>();
  return {(mass.sum(0) * line).sum().item<double>() / sum,
          (mass.sum(1) * line).sum().item<double>() / sum};
}

// Where a cut has what a photo has at (x, y) of its width and height.
Eigen::Vector2d in_cut(const Eigen::Vector2d& place, const FaceCrop& cut) {
  return {place.x() * double(cut.width) - double(cut.left),
          place.y() * double(cut.height) - double(cut.top)};
}

double largest(const Tensor& difference) {
  return difference.abs().max().item<double>();
}

}  // namespace

class PhotoCropTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  // Stripes of 2.2 pixels of the cut, less than 2 of the crop.
  void the_photo_keeps_what_the_crop_loses() {
    const double scale = double(TakenFace([](double, double) { return 0; }).cut().width) / kWidth;
    const double period = 2.2 / scale;
    const auto wave = [&](double x) { return std::sin(2 * std::numbers::pi * x / period); };
    const TakenFace face([&](double x, double) { return 0.5 + 0.3 * wave(x); });
    QVERIFY(period * scale_of(face.alignment.crop_from_photo) < 1.95);
    const auto height_of_stripes = [&](const PriorInput& input) {
      const Tensor cut = portrait4d_photo(input, kCut);
      double sum = 0;
      for (int column = 100; column < 400; ++column) {
        sum += (cut[0][250][column].item<double>() - 0.5) * wave(face.photo_x(column)) / 150;
      }
      return sum;
    };
    const double of_crop = height_of_stripes(face.of_crop());
    const double of_photo = height_of_stripes(face.with_photo(face.of_crop()));
    qInfo("stripes of 0.3: %.3f of the photo, %.3f of the crop", of_photo, of_crop);
    QVERIFY(of_photo > 0.15 && of_photo < 0.31);
    QVERIFY(std::abs(of_crop) < 0.05);
  }

  void photo_and_crop_show_the_same_places_data() {
    QTest::addColumn<double>("x");
    QTest::addColumn<double>("y");
    QTest::newRow("left eye") << 620.0 << 520.0;
    QTest::newRow("right cheek") << 860.0 << 640.0;
    QTest::newRow("chin") << 700.0 << 820.0;
  }
  void photo_and_crop_show_the_same_places() {
    QFETCH(double, x);
    QFETCH(double, y);
    const TakenFace face([&](double px, double py) {
      return std::exp(-(std::pow(px - x, 2) + std::pow(py - y, 2)) / (2 * 16 * 16));
    });
    const Eigen::Vector2d of_crop = middle(portrait4d_photo(face.of_crop(), kCut));
    const Eigen::Vector2d of_photo =
        middle(portrait4d_photo(face.with_photo(face.of_crop()), kCut));
    const Eigen::Vector2d in_crop =
        apply(face.alignment.crop_from_photo, Eigen::Vector2d(x, y)) / kCrop;
    const FaceCrop of_small = face_crop(five_points(face.of_crop().landmarks), kCrop, kCrop, kCut);
    const Eigen::Vector2d expected_of_crop = in_cut(in_crop, of_small);
    const Eigen::Vector2d expected_of_photo =
        in_cut(Eigen::Vector2d(x / kWidth, y / kHeight), face.cut());
    qInfo("%.3f %.3f of the crop, %.3f %.3f of the photo", of_crop.x(), of_crop.y(), of_photo.x(),
          of_photo.y());
    QVERIFY((of_photo - expected_of_photo).cwiseAbs().maxCoeff() < 0.02);
    QVERIFY((of_crop - expected_of_crop).cwiseAbs().maxCoeff() < 0.05);
    // Places in whole pixels, as published, are cut off: each may be one too small.
    QVERIFY((of_crop - of_photo).cwiseAbs().maxCoeff() < 1);
  }

  // Of a head that fills the crop, the photo as the published preparation cuts it; rolled as well.
  void a_whole_matte_gives_the_published_cut_data() {
    QTest::addColumn<double>("roll_deg");
    QTest::newRow("upright") << 0.0;
    QTest::newRow("rolled a little") << 9.0;
  }
  void a_whole_matte_gives_the_published_cut() {
    QFETCH(double, roll_deg);
    const TakenFace face(
        [](double x, double y) { return 0.5 + 0.3 * std::sin(0.05 * x) * std::cos(0.4 * y); },
        roll_deg);
    const Tensor cut = portrait4d_photo(face.with_photo(face.of_crop()), kCut);
    QVERIFY(largest(cut - cut_face(tensor_of(face.photo), face.cut())) < 1e-5);
  }

  void a_photo_that_lies_is_cut_of_the_crop() {
    const TakenFace face([](double x, double y) { return 0.5 + 0.3 * std::sin(0.02 * (x + y)); },
                         40);
    const Tensor cut = portrait4d_photo(face.with_photo(face.of_crop()), kCut);
    QVERIFY(at::equal(cut, portrait4d_photo(face.of_crop(), kCut)));
  }

  // A bright head before a dark background, its rim freed of the latter: none of it comes back.
  void the_background_stays_out() {
    const Eigen::Vector2d centre(700, 600);
    const auto inside = [&](double x, double y) {
      return std::clamp((300 - std::hypot(x - centre.x(), y - centre.y())) / 12 + 0.5, 0.0, 1.0);
    };
    const TakenFace face([&](double x, double y) { return 0.05 + 0.75 * inside(x, y); });
    Image matte(kCrop, kCrop, 1);
    for (int y = 0; y < kCrop; ++y) {
      for (int x = 0; x < kCrop; ++x) {
        const Eigen::Vector2d at =
            apply(face.alignment.photo_from_crop, Eigen::Vector2d(x + 0.5, y + 0.5));
        *matte.at(x, y) = float(inside(at.x(), at.y()));
      }
    }
    const Tensor alpha = tensor_of(matte);
    const Tensor over_grey = 0.8 * alpha + 0.5 * (1 - alpha);
    const Tensor cut = portrait4d_photo(
        face.with_photo(face.of_crop(over_grey.expand({3, kCrop, kCrop}), alpha)), kCut);
    // Grey outside, 0.8 inside, between them at the rim; the photo is 0.05 outside.
    QVERIFY2(cut.min().item<double>() > 0.48,
             qPrintable(QString::number(cut.min().item<double>())));
    QVERIFY2(cut.max().item<double>() < 0.82,
             qPrintable(QString::number(cut.max().item<double>())));
    QVERIFY(std::abs(cut[1][5][5].item<double>() - 0.5) < 1e-4);
    const auto column =
        std::int64_t(centre.x() * double(face.cut().width) / kWidth) - face.cut().left;
    QVERIFY(std::abs(cut[1][250][column].item<double>() - 0.8) < 1e-3);
  }
};

QTEST_GUILESS_MAIN(PhotoCropTest)
#include "photo_crop_test.moc"
