// SPDX-License-Identifier: Apache-2.0
// Faces cut for the face network, and the cosines that are told of pictures.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/clip/clip_picture.h"
#include "core/clip/clip_vision_encoder.h"
#include "core/perception/face_alignment.h"
#include "core/perception/iresnet.h"
#include "core/perception/similarity.h"
#include "tests/perception/small_iresnet.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

// Red grows to the right, green downwards; bilinear sampling keeps that exactly.
Tensor ramps(int height, int width) {
  const Tensor x = (at::arange(width, at::kFloat) + 0.5).expand({height, width});
  const Tensor y = (at::arange(height, at::kFloat) + 0.5).unsqueeze(1).expand({height, width});
  return at::stack({x / 1000, y / 1000, at::full({height, width}, 0.25)});
}

Tensor made_pictures(int count, int size, double phase) {
  return (at::arange(count * 3 * size * size, at::kFloat) * 0.137 + phase)
      .sin()
      .mul(0.5)
      .add(0.5)
      .view({count, 3, size, size});
}

}  // namespace

class LikenessTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_template_s_own_face_is_cut_as_it_is() {
    const Tensor photo = made_pictures(1, 120, 0)[0];
    const Tensor crop = aligned_face(photo, arcface_points());
    QCOMPARE(crop.sizes(), at::IntArrayRef({3, 112, 112}));
    QVERIFY((crop - photo.slice(1, 0, 112).slice(2, 0, 112)).abs().max().item<double>() < 1e-4);
    // As published, where the middle of the first pixel is (0, 0).
    QVERIFY((arcface_points()[0] - Eigen::Vector2d(38.2946 + 0.5, 51.6963 + 0.5)).norm() < 1e-9);
    QVERIFY((arcface_points()[4] - Eigen::Vector2d(70.7299 + 0.5, 92.2041 + 0.5)).norm() < 1e-9);
  }

  void a_turned_face_comes_upright() {
    Affine2 photo_from_crop;
    const double angle = 0.4;
    const double scale = 1.7;
    photo_from_crop << scale * std::cos(angle), -scale * std::sin(angle), 130,
        scale * std::sin(angle), scale * std::cos(angle), 40;
    FacePoints points;
    for (std::size_t i = 0; i < 5; ++i) points[i] = apply(photo_from_crop, arcface_points()[i]);
    QVERIFY((arcface_crop(points) - invert(photo_from_crop)).norm() < 1e-9);
    const Tensor crop = aligned_face(ramps(400, 420), points);
    for (const auto& [x, y] : {std::pair{0, 0}, {111, 0}, {20, 90}, {111, 111}}) {
      const Eigen::Vector2d from = apply(photo_from_crop, {x + 0.5, y + 0.5});
      QVERIFY(std::abs(crop[0][y][x].item<double>() - from.x() / 1000) < 1e-5);
      QVERIFY(std::abs(crop[1][y][x].item<double>() - from.y() / 1000) < 1e-5);
    }
  }

  void outside_the_photo_it_is_black() {
    FacePoints points = arcface_points();
    for (auto& point : points) point.x() -= 50;  // the face begins left of the photo
    const Tensor crop = aligned_face(at::ones({3, 112, 112}), points);
    QVERIFY((crop.slice(2, 0, 49).abs().max().item<double>()) < 1e-6);
    QVERIFY((crop.slice(2, 51, 112) - 1).abs().max().item<double>() < 1e-4);
    QVERIFY_EXCEPTION_THROWN(aligned_face(at::ones({1, 112, 112}), points), Error);
    points.fill({3, 4});
    QVERIFY_EXCEPTION_THROWN(aligned_face(at::ones({3, 112, 112}), points), Error);
  }

  void cosines_are_of_rows() {
    const Tensor a = at::tensor({1.0F, 0.0F, 3.0F, 4.0F, 2.0F, 0.0F, 0.0F, 0.0F}).view({4, 2});
    const Tensor b = at::tensor({5.0F, 0.0F, 4.0F, 3.0F, -1.0F, 0.0F, 1.0F, 0.0F}).view({4, 2});
    const Tensor expected = at::tensor({1.0F, 0.96F, -1.0F, 0.0F});
    QVERIFY((row_cosines(a, b) - expected).abs().max().item<double>() < 1e-6);
    QVERIFY_EXCEPTION_THROWN(row_cosines(a, b.slice(0, 0, 3)), Error);
    QVERIFY_EXCEPTION_THROWN(row_cosines(a[0], b[0]), Error);
  }

  void pictures_are_as_alike_as_their_embeddings() {
    const at::NoGradGuard no_grad;
    ClipVisionConfig config;
    config.sizes = {32, 64, 2, 4, true, 1e-5};
    config.image_size = 32;
    config.patch_size = 16;
    config.projection_dim = 24;
    Parameters parameters = Parameters::random(4);
    const ClipVisionEncoder encoder(parameters, config);
    const Tensor a = made_pictures(2, 50, 0);
    const Tensor b = made_pictures(2, 40, 1);
    const auto cosine = [](const Tensor& x, const Tensor& y) {
      return (x.dot(y) / (x.norm() * y.norm())).item<double>();
    };
    const Tensor clip = clip_similarity(encoder, a, b);
    const Tensor ea = encoder(clip_pixels(a, 32));
    const Tensor eb = encoder(clip_pixels(b, 32));
    for (int i = 0; i < 2; ++i) {
      QVERIFY(std::abs(clip[i].item<double>() - cosine(ea[i], eb[i])) < 1e-5);
    }
    QVERIFY((clip_similarity(encoder, a, a) - 1).abs().max().item<double>() < 1e-5);
    QVERIFY((clip - 1).abs().min().item<double>() > 1e-4);

    const auto network = load_iresnet(small_iresnet_weights({{1, 1, 1, 1}}));
    const Tensor faces = made_pictures(2, 112, 0);
    const Tensor others = made_pictures(2, 112, 1).flip({3});
    const Tensor id = identity_similarity(*network, faces, others);
    QVERIFY(std::abs(id[1].item<double>() - cosine((*network)(faces)[1], (*network)(others)[1])) <
            1e-5);
    QVERIFY((identity_similarity(*network, faces, faces) - 1).abs().max().item<double>() < 1e-5);
    QVERIFY((id - 1).abs().min().item<double>() > 1e-4);
  }
};

QTEST_GUILESS_MAIN(LikenessTest)
#include "likeness_test.moc"
