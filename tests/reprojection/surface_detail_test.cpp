// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/blur.h"
#include "core/reprojection/surface_detail.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

#include <numbers>

using namespace portrait;

namespace {

constexpr int kSize = 512;

DrivingView head_view(double azimuth_deg, int width = 128, double radius = 0.25) {
  DrivingView view = view_of(rig_camera({azimuth_deg, 0}), width, width, [=](const Ray& ray) {
    return meet_ball(ray, {0, CapsuleMap::kCentreY, CapsuleMap::kCentreZ}, radius);
  });
  view.opacity = view.depth.isfinite().to(at::kFloat);
  return view;
}

// Strokes of 6 pixels, drawn on the ball of head_view() from a place of it.
double stroke(const Eigen::Vector3d& place) {
  return 0.2 * std::sin(place.x() * 560);
}

Tensor strokes(const DrivingView& view, int size = kSize, double radius = 0.25) {
  Tensor picture = at::zeros({3, size, size});
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const Ray ray = camera_ray(view.camera, (x + 0.5) / size, (y + 0.5) / size);
      const double t = meet_ball(ray, {0, CapsuleMap::kCentreY, CapsuleMap::kCentreZ}, radius);
      if (!std::isfinite(t)) continue;
      for (int c = 0; c < 3; ++c) {
        at2(picture[c], y, x) = float((c + 1) * stroke(ray.origin + t * ray.direction));
      }
    }
  }
  return picture;
}

Tensor nothing_held() {
  return at::zeros({CapsuleMap::kTexels});
}

// The middle of the picture, where the ball faces it.
Tensor middle(const Tensor& picture) {
  const std::int64_t size = picture.size(-1);
  return picture.narrow(-1, 3 * size / 8, size / 4).narrow(-2, 3 * size / 8, size / 4);
}

double largest(const Tensor& t) {
  return t.abs().max().item<double>();
}

}  // namespace

class SurfaceDetailTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void a_blank_surface_adds_nothing() {
    QCOMPARE(largest(SurfaceTexels(head_view(20), kSize).picture(blank_surface_detail())), 0.0);
    const Tensor picture = at::full({3, kSize, kSize}, 0.3F);
    for (const Tensor& texels : {Tensor(), blank_surface_detail()}) {
      QVERIFY(at::equal(with_surface_detail(picture, texels, head_view(20)), picture));
    }
    const Tensor some = at::full({CapsuleMap::kTexels, 3}, 0.1F);
    QVERIFY(at::equal(with_surface_detail(picture, some, head_view(20)),
                      picture + SurfaceTexels(head_view(20), kSize).picture(some)));
  }

  // The same everywhere, times the opacity; nothing beside the head.
  void a_plain_surface_adds_its_colour() {
    const Tensor texels =
        at::tensor({0.1F, -0.2F, 0.3F}).unsqueeze(0).repeat({CapsuleMap::kTexels, 1});
    DrivingView view = head_view(70, 32);
    view.opacity = view.opacity * 0.75;
    for (const int size : {32, 128, 256}) {
      const Tensor picture = SurfaceTexels(view, size).picture(texels);
      QCOMPARE(picture.sizes(), at::IntArrayRef({3, size, size}));
      const Tensor wanted = at::tensor({0.1F, -0.2F, 0.3F}).reshape({3, 1, 1}) * 0.75;
      QVERIFY(largest(middle(picture) - wanted) < 1e-5);
      QCOMPARE(largest(picture.narrow(1, 0, size / 8)), 0.0);
    }
  }

  // What is taken from one side is seen in the same place of the head from another.
  void strokes_stay_with_the_surface() {
    Tensor texels = blank_surface_detail(), held = nothing_held();
    const DrivingView from = head_view(0);
    SurfaceTexels(from, kSize).pull(texels, held, strokes(from), at::ones({kSize, kSize}), false);
    for (const double azimuth : {0.0, 12.0}) {
      const DrivingView view = head_view(azimuth);
      const Tensor shown = middle(SurfaceTexels(view, kSize).picture(texels));
      const Tensor wanted = middle(strokes(view));
      const Tensor a = shown[0].reshape({-1}), b = wanted[0].reshape({-1});
      const double together =
          (a * b).sum().item<double>() /
          std::sqrt((a * a).sum().item<double>() * (b * b).sum().item<double>());
      QVERIFY2(together > 0.98, qPrintable(QString::number(together)));
      const double strength =
          std::sqrt((a * a).sum().item<double>() / (b * b).sum().item<double>());
      QVERIFY2(strength > 0.75 && strength < 1.02, qPrintable(QString::number(strength)));
    }
    QCOMPARE(largest(SurfaceTexels(head_view(180), kSize).picture(texels)), 0.0);
  }

  // By the mean weight of the pixels, and by what is not held.
  void texels_move_by_weight_and_hold() {
    const DrivingView view = head_view(0, 64);
    const SurfaceTexels where(view, 256);
    const Tensor more = at::full({3, 256, 256}, 0.2F), some = at::full({256, 256}, 0.25F);
    Tensor texels = blank_surface_detail(), held = nothing_held();
    where.pull(texels, held, more, some, false);
    QVERIFY(largest(middle(where.picture(texels)) - 0.05) < 1e-5);
    QCOMPARE(largest(held), 0.0);
    where.pull(texels, held, more, some * 2, true);  // 0.05 + 0.5 * 0.2
    QVERIFY(largest(middle(where.picture(texels)) - 0.15) < 1e-5);
    QVERIFY(std::abs(held.max().item<double>() - 0.5) < 1e-5);
    where.pull(texels, held, more, at::ones({256, 256}), false);  // half of it is held
    QVERIFY(largest(middle(where.picture(texels)) - 0.25) < 1e-5);
    const Tensor before = texels.clone();
    where.pull(texels, held, more, at::zeros({256, 256}), true);
    QVERIFY(at::equal(texels, before));
    // However often it is asked for, no texel goes beyond its bounds.
    held.zero_();
    for (int i = 0; i < 3; ++i) where.pull(texels, held, more, at::ones({256, 256}), false);
    QVERIFY(largest(texels) <= 0.35 + 1e-6);
  }

  // Of pixels on one texel those count that are believed: it goes where they are, as far as all of
  // them are believed on the mean.
  void pixels_count_by_their_weight() {
    const SurfaceTexels where(head_view(0, 64), 512);
    Tensor more = at::zeros({3, 512, 512}), weight = at::zeros({512, 512});
    more.slice(2, 0, 512, 2).fill_(0.25);
    weight.slice(1, 0, 512, 2).fill_(1);
    Tensor texels = blank_surface_detail(), held = nothing_held();
    where.pull(texels, held, more, weight, true);
    QVERIFY(largest(texels - 0.25 * held.unsqueeze(1)) < 1e-5);
    const Tensor moved = held.masked_select(held > 0);
    QVERIFY(moved.mean().item<double>() < 0.8);
  }

  void results_do_not_depend_on_threads() {
    const DrivingView view = head_view(35);
    Tensor a = blank_surface_detail(), held_a = nothing_held();
    SurfaceTexels(view, kSize).pull(a, held_a, strokes(view), at::ones({kSize, kSize}), true);
    Tensor b = blank_surface_detail(), held_b = nothing_held();
    Tensor seen;
    on_one_thread([&] {
      const SurfaceTexels where(view, kSize);
      where.pull(b, held_b, strokes(view), at::ones({kSize, kSize}), true);
      seen = where.picture(b);
    });
    QVERIFY(at::equal(a, b) && at::equal(held_a, held_b));
    QVERIFY(at::equal(SurfaceTexels(view, kSize).picture(a), seen));
  }

  void facing_is_the_cosine() {
    DrivingView view = head_view(25, 64);
    const Eigen::Vector3d centre(0, CapsuleMap::kCentreY, CapsuleMap::kCentreZ);
    view.normals = at::zeros({3, 64, 64});
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 64; ++x) {
        const double t = at2(view.depth, y, x);
        if (!std::isfinite(t)) continue;
        const Ray ray = camera_ray(view.camera, (x + 0.5) / 64, (y + 0.5) / 64);
        const Eigen::Vector3d out = (ray.origin + t * ray.direction - centre) * 3;  // any length
        for (int c = 0; c < 3; ++c) at2(view.normals[c], y, x) = float(out[c]);
      }
    }
    const Tensor cosine = facing(view, 64);
    const Ray ray = camera_ray(view.camera, 40.5 / 64, 30.5 / 64);
    const double t = at2(view.depth, 30, 40);
    const double wanted =
        -(ray.origin + t * ray.direction - centre).normalized().dot(ray.direction);
    QVERIFY(std::abs(at2(cosine, 30, 40) - wanted) < 1e-4);
    QCOMPARE(at2(cosine, 0, 0), 0.0F);
    view.depth.narrow(1, 36, 28).add_(0.3);  // a step, and what lies behind it
    QCOMPARE(at2(facing(view, 64), 30, 36), 0.0F);
    QVERIFY(at2(facing(view, 64), 30, 40) > 0.5F);
    QVERIFY(facing(view, 256).sizes() == at::IntArrayRef({256, 256}));
  }

  // Coarse differences are the planes' to mend; the head's outline is no detail.
  void fine_part_has_neither_tints_nor_outlines() {
    Tensor mask = at::zeros({64, 64});
    mask.narrow(0, 16, 32).narrow(1, 16, 32).fill_(1);
    QVERIFY(largest(fine_part(at::full({3, 64, 64}, 0.3F), mask, 2)) < 1e-4);
    const Tensor grain = (at::arange(64).remainder(2) * 2 - 1).to(at::kFloat) * 0.1;
    const Tensor both = (grain + 0.3).reshape({1, 1, 64}).expand({3, 64, 64});
    const Tensor fine = fine_part(both, mask, 2);
    const Tensor inside = fine.narrow(1, 24, 16).narrow(2, 24, 16);
    QVERIFY(largest(inside - grain.narrow(0, 24, 16)) < 0.01);
    QCOMPARE(largest(fine.narrow(1, 0, 16)), 0.0);
  }

  void misshapen_tensors_are_named() {
    const SurfaceTexels where(head_view(0, 64), 64);
    QVERIFY_EXCEPTION_THROWN(where.picture(at::zeros({7, 3})), Error);
    Tensor texels = blank_surface_detail(), held = nothing_held();
    QVERIFY_EXCEPTION_THROWN(
        where.pull(texels, held, at::zeros({3, 32, 32}), at::zeros({64, 64}), false), Error);
  }
};

QTEST_GUILESS_MAIN(SurfaceDetailTest)
#include "surface_detail_test.moc"
