// SPDX-License-Identifier: Apache-2.0
// The CUDA kernels' own source, run on the processor (tests/support/cuda_on_cpu), against the
// LibTorch reference and the scalar renderer: that the kernels are right needs no device; that they
// run on one is for cuda_march_test.
#include "core/nn/torch.h"

#include "core/field/kernels/one_ray.h"
#include "core/field/kernels/ray_backward_cuda.cu"
#include "core/field/kernels/ray_forward_cuda.cu"
#include "core/field/occupancy.h"
#include "tests/field/cuda_comparison.h"
#include "tests/field/cuda_kernel_calls.h"
#include "tests/field/march_settings.h"

#include <QtTest>

#include <cmath>
#include <vector>

using namespace portrait;

namespace {

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

class CudaKernelsTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void all_comparisons_hold();
  void two_gradients_are_two_single_ones();
  void skipping_is_what_the_scalar_renderer_says();
  void empty_and_missing_rays_are_left();
};

void CudaKernelsTest::all_comparisons_hold() {
  for (const Comparison& one : compare_all(21, at::kCPU)) {
    QVERIFY2(one.holds(),
             qPrintable(QString::fromStdString(one.what + ": ") + QString::number(one.difference)));
  }
}

void CudaKernelsTest::two_gradients_are_two_single_ones() {
  Setting setting = settings()[0].second;
  const Call call(field_of(setting), random_rays(19, 14), setting.options);
  const Results marched = march_through(call);
  const std::vector<PixelSlopes> of{slopes(call.count(), 0), slopes(call.count(), 0.3)};
  const auto both = pull_through(call, marched, of);
  for (std::size_t g = 0; g < 2; ++g) {
    const auto single = pull_through(call, marched, {of[g]})[0];
    for (std::size_t i = 0; i < single.size(); ++i) {
      QVERIFY(relative_difference(both[g][i], single[i]) < 1e-6);
    }
  }
}

// At the samples that the kernel chose, with the raw densities that it left: the scalar renderer
// in double makes the same pixels and gradients of them.
void CudaKernelsTest::skipping_is_what_the_scalar_renderer_says() {
  const Field field = ball_field(0.3, 48);
  const OccupancyGrid grid = build_occupancy(field);
  Call call(field, random_rays(24, 13), {});
  const Results whole = march_through(call);
  call.ray_march.cells = {grid.cells, float(grid.half_extent), grid.occupied.data()};
  call.ray_march.least_transmittance = 1e-4F;
  const Results skipped = march_through(call);
  const Tensor left_out = skipped.raw == kEmptyRaw;
  QVERIFY(left_out.to(at::kFloat).mean().item<float>() > 0.5F);
  QVERIFY(largest_difference(skipped.features, whole.features) < 2e-3);
  QVERIFY(largest_difference(skipped.opacity, whole.opacity) < 2e-3);

  call.ray_march.least_transmittance = 0;
  const Results all_skip = march_through(call);
  call.ray_march.unskipped_every = 3;
  call.ray_march.unskipped_from = 1;
  const Results two_in_three = march_through(call);
  for (std::int64_t ray = 0; ray < call.count(); ++ray) {
    const Results& same = (ray + 1) % 3 == 0 ? whole : all_skip;
    QVERIFY(at::equal(two_in_three.raw[ray], same.raw[ray]));
  }

  const PixelSlopes of = slopes(call.count(), 0);
  const std::vector<Tensor> pulled = pull_through(call, skipped, {of})[0];
  const Tensor planes = at::zeros(call.parts[0].sizes(), at::kDouble);
  const Tensor decoder = at::zeros({kDecoderFloats}, at::kDouble);
  std::vector<Tensor> exact;
  for (const Tensor& part : call.parts) exact.push_back(part.to(at::kDouble));
  const auto at_part = [&](std::size_t i) { return exact[i].data_ptr<double>(); };
  const ray_math::FieldOf<double> view{
      call.view.layout,
      at_part(0),
      {at_part(1), at_part(2), at_part(3), at_part(4), at_part(5), at_part(6),
       field.decoder.colour_low, field.decoder.colour_high}};
  double* d = decoder.data_ptr<double>();
  const ray_math::FieldGradientOf<double> into{planes.data_ptr<double>(), d,
                                               d + cuda::kOfB0,           d + cuda::kOfWDensity,
                                               d + cuda::kOfBDensity,     d + cuda::kOfWColour,
                                               d + cuda::kOfBColour};
  const auto row = [](const Tensor& rows, std::int64_t ray) {
    return rows[ray].to(at::kDouble).contiguous();
  };
  for (std::int64_t ray = 0; ray < call.count(); ++ray) {
    const Tensor origin = row(call.march.rays.origins, ray);
    const Tensor direction = row(call.march.rays.directions, ray);
    const Tensor depths = row(skipped.depths, ray);
    const Tensor raw = row(skipped.raw, ray);
    const ray_math::OneRay<double> one{origin.data_ptr<double>(), direction.data_ptr<double>(),
                                       depths.data_ptr<double>(), call.ray_march.samples()};
    const auto pixel = ray_math::composite_ray(view, one, raw.data_ptr<double>());
    QVERIFY(std::abs(pixel.opacity - skipped.opacity[ray].item<double>()) < 1e-5);
    if (!call.march.ranges.hit[ray].item<bool>()) continue;
    ray_math::Pixel<double> slope;
    for (int c = 0; c < kFieldChannels; ++c) {
      QVERIFY(std::abs(pixel.features[c] - skipped.features[ray][c].item<double>()) < 1e-5);
      slope.features[c] = of.features[ray][c].item<double>();
    }
    slope.depth = of.depth[ray].item<double>();
    slope.opacity = of.opacity[ray].item<double>();
    ray_math::pull_ray(view, one, raw.data_ptr<double>(), 1, &slope, &into);
  }
  const std::vector<Tensor> wanted = in_field_shapes(planes, decoder);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double error = relative_difference(pulled[i], wanted[i]);
    QVERIFY2(error < 1e-3, qPrintable(QString("parameter %1: %2").arg(i).arg(error)));
  }
}

void CudaKernelsTest::empty_and_missing_rays_are_left() {
  Rays outside = random_rays(9, 15);
  outside.directions.neg_();
  const Call call(random_field(2, 16, 6), outside, {});
  const Results found = march_through(call);
  QVERIFY(found.features.eq(0).all().item<bool>());
  QVERIFY(found.opacity.eq(0).all().item<bool>());
  QVERIFY(found.depth.isinf().all().item<bool>());
  QVERIFY(found.raw.eq(kEmptyRaw).all().item<bool>());
  const std::vector<Tensor> pulled = pull_through(call, found, {slopes(9, 0)})[0];
  for (const Tensor& gradient : pulled) {
    QVERIFY(gradient.eq(0).all().item<bool>());
  }
}

QTEST_GUILESS_MAIN(CudaKernelsTest)
#include "cuda_kernels_test.moc"
