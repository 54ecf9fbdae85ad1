// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/hybrid_super_resolution.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

const HybridWidths kSmall = {{6, 5}, 12};

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

Tensor waves(at::IntArrayRef shape, double from) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return (at::arange(count, at::kFloat) * 0.61 + from).sin().view(shape);
}

// A file as published, with a latent that is not zero.
TensorMap checkpoint() {
  Parameters fresh = Parameters::random(3);
  load_hybrid(fresh, "superresolution.", "w_avg", kSmall);
  TensorMap tensors;
  double phase = 0;
  for (const auto& [name, tensor] : fresh.named()) {
    tensors[name] = tensor + waves(tensor.sizes(), ++phase) * 0.2;
  }
  return tensors;
}

SuperResolution folded(const TensorMap& tensors) {
  Parameters parameters = Parameters::bound(tensors);
  const SuperResolution network = load_hybrid(parameters, "superresolution.", "w_avg", kSmall);
  parameters.require_all_used();
  return network;
}

// Zeros between pixels: [C,H,W] -> [C,2H,2W].
Tensor spread(const Tensor& x) {
  const Tensor wide = at::zeros({x.size(0), 2 * x.size(1), 2 * x.size(2)}, x.options());
  for (std::int64_t row = 0; row < x.size(1); ++row) {
    for (std::int64_t column = 0; column < x.size(2); ++column) {
      wide.select(1, 2 * row).select(1, 2 * column).copy_(x.select(1, row).select(1, column));
    }
  }
  return wide;
}

// Number by number: the filter [1,3,3,1] x [1,3,3,1] / 64 with a gain of 4.
Tensor smoothed(const Tensor& x) {
  const double line[] = {1, 3, 3, 1};
  const Tensor y = at::zeros({x.size(0), x.size(1) - 3, x.size(2) - 3}, x.options());
  for (std::int64_t dy = 0; dy < 4; ++dy) {
    for (std::int64_t dx = 0; dx < 4; ++dx) {
      y.add_(x.narrow(1, dy, y.size(1)).narrow(2, dx, y.size(2)), line[dy] * line[dx] / 64 * 4);
    }
  }
  return y;
}

// y[o] = sum_k w[k] x[o - k] over both sides: a true convolution, all of it.
Tensor convolved(const Tensor& x, const Tensor& weight) {
  const std::int64_t height = x.size(1);
  const std::int64_t width = x.size(2);
  const Tensor y = at::zeros({weight.size(0), height + 2, width + 2}, x.options());
  for (std::int64_t ky = 0; ky < 3; ++ky) {
    for (std::int64_t kx = 0; kx < 3; ++kx) {
      const Tensor mixed =
          at::matmul(weight.select(3, kx).select(2, ky), x.flatten(1)).view({-1, height, width});
      y.narrow(1, ky, height).narrow(2, kx, width).add_(mixed);
    }
  }
  return y;
}

Tensor padded(const Tensor& x, std::int64_t before, std::int64_t after) {
  return at::constant_pad_nd(x, {before, after, before, after}, 0);
}

// One layer with its style applied as the network is run, as StyleGAN2 does.
Tensor styled_layer(const TensorMap& tensors, const std::string& name, const Tensor& x,
                    bool doubles, bool colours) {
  const auto of = [&](const std::string& part) {
    return tensors.at("superresolution." + name + part);
  };
  const Tensor& w = tensors.at("w_avg");
  Tensor style =
      at::mv(of(".affine.weight"), w) / std::sqrt(double(w.numel())) + of(".affine.bias");
  const Tensor weight = of(".weight");
  const Tensor bias = of(".bias").view({-1, 1, 1});
  if (colours) {
    style = style / std::sqrt(double(weight.size(1)));
    const Tensor seen = at::matmul(weight.flatten(1), (x * style.view({-1, 1, 1})).flatten(1));
    return (seen.view({3, x.size(1), x.size(2)}) + bias).clamp(-256, 256);
  }
  const Tensor inside = x * style.view({-1, 1, 1});
  Tensor y = doubles ? smoothed(padded(convolved(spread(inside), weight)
                                           .narrow(1, 0, 2 * x.size(1) + 1)
                                           .narrow(2, 0, 2 * x.size(2) + 1),
                                       1, 1))
                     : at::conv2d(inside.unsqueeze(0), weight, {}, 1, at::IntArrayRef({1, 1}))[0];
  const Tensor gain = ((weight * style.view({1, -1, 1, 1})).square().sum({1, 2, 3}) + 1e-8).rsqrt();
  y = y * gain.view({-1, 1, 1}) + bias;
  return (at::where(y > 0, y, y * 0.2) * std::sqrt(2.0)).clamp(-256, 256);
}

Tensor styled_network(const TensorMap& tensors, const Tensor& features) {
  Tensor x = features * 2 - 1;
  Tensor rgb = x.narrow(0, 0, 3);
  for (const std::string block : {"block0.", "block1."}) {
    x = styled_layer(tensors, block + "conv0", x, true, false);
    x = styled_layer(tensors, block + "conv1", x, false, false);
    rgb = smoothed(padded(spread(rgb), 2, 1)) +
          styled_layer(tensors, block + "torgb", x, false, true);
  }
  return (rgb + 1) / 2;
}

}  // namespace

class HybridSuperResolutionTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void doubling_is_zeros_a_true_convolution_and_a_filter() {
    const Tensor x = waves({4, 5, 6}, 0.1);
    const Tensor weight = waves({3, 4, 3, 3}, 0.7);
    const Tensor whole = convolved(spread(x), weight).narrow(1, 0, 11).narrow(2, 0, 13);
    const Tensor fast = doubling_convolution(x.unsqueeze(0), weight)[0];
    QCOMPARE(fast.sizes(), at::IntArrayRef({3, 10, 12}));
    QVERIFY(largest_difference(fast, smoothed(padded(whole, 1, 1))) < 1e-5);
    // The kernel lies the other way round than in a cross-correlation.
    QVERIFY(largest_difference(fast, doubling_convolution(x.unsqueeze(0), weight.flip({2, 3}))[0]) >
            0.1);
  }

  void colours_are_doubled_by_the_filter() {
    const Tensor x = waves({3, 4, 7}, 0.5);
    QVERIFY(largest_difference(doubled(x.unsqueeze(0))[0], smoothed(padded(spread(x), 2, 1))) <
            1e-6);
    QVERIFY(largest_difference(doubled(at::ones({1, 2, 8, 8}))[0].narrow(1, 4, 8).narrow(2, 4, 8),
                               at::ones({2, 8, 8})) < 1e-6);
  }

  void styles_can_be_folded_into_the_weights() {
    const TensorMap tensors = checkpoint();
    const Tensor features = waves({2, 32, 9, 7}, 0.2).abs();
    const SuperResolution network = folded(tensors);
    const Tensor picture = network.forward(features);
    QCOMPARE(picture.sizes(), at::IntArrayRef({2, 3, 36, 28}));
    for (int i = 0; i < 2; ++i) {
      QVERIFY(largest_difference(picture[i], styled_network(tensors, features[i])) < 2e-5);
    }
    TensorMap other = tensors;
    other["w_avg"] = tensors.at("w_avg") * -2;
    QVERIFY(largest_difference(folded(other).forward(features), picture) > 1e-3);
  }

  void published_numbers_of_weights() {
    Parameters listed = Parameters::listed();
    const SuperResolution network = load_hybrid(listed, "superresolution.", "w_avg");
    QCOMPARE(listed.named().size(), std::size_t(1 + 24));
    QCOMPARE(network.parameters.size(), std::size_t(12));
    QCOMPARE(network.parameters[6].second.sizes(), at::IntArrayRef({128, 256, 3, 3}));
    QVERIFY(is_hybrid_constant("superresolution.block1.conv0.noise_strength"));
    QVERIFY(is_hybrid_constant("superresolution.block1.resample_filter"));
    QVERIFY(!is_hybrid_constant("superresolution.block1.conv0.weight"));
  }

  void saves_loads_and_learns() {
    Field field = random_field(1, 8, 4);
    field.sr = folded(checkpoint());
    TensorMap tensors;
    field.save_to(tensors);
    const Field loaded = Field::load(tensors, field.frame);
    QVERIFY(loaded.sr.kind == SuperResolution::Kind::kHybrid);
    const Tensor features = waves({1, 32, 6, 6}, 0.4).abs();
    QVERIFY(at::equal(loaded.sr.forward(features), field.sr.forward(features)));
    QVERIFY(at::equal(loaded.clone().sr.forward(features), field.sr.forward(features)));
    QVERIFY(at::equal(loaded.to(at::kCPU).sr.forward(features), field.sr.forward(features)));
    for (const auto& named : loaded.sr.parameters) named.second.set_requires_grad(true);
    loaded.sr.forward(features).square().sum().backward();
    for (const auto& [name, tensor] : loaded.sr.parameters) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().abs().max().item<double>() > 0,
               name.c_str());
    }
    TensorMap cut = tensors;
    cut.erase("superresolution.block1.conv0.weight");
    try {
      Field::load(cut, field.frame);
      QFAIL("half a super-resolution was taken");
    } catch (const Error& error) {
      QVERIFY(error.message().find("superresolution.block1.conv0.weight") != std::string::npos);
    }
  }

  // Eight pixels in from a cut, past the receptive field, a patch gives what the whole gives.
  void patches_agree_with_the_whole() {
    const SuperResolution network = folded(checkpoint());
    const Tensor features = waves({1, 32, 30, 30}, 0.9).abs();
    const Tensor whole = network.forward(features);
    const Tensor patch = network.forward(features.narrow(2, 4, 20).narrow(3, 6, 20).contiguous());
    const auto inner = [](const Tensor& t, int y, int x) {
      return t.narrow(2, y * 4, 16).narrow(3, x * 4, 16);
    };
    QVERIFY(largest_difference(inner(whole, 12, 14), inner(patch, 8, 8)) < 1e-5);
  }
};

QTEST_GUILESS_MAIN(HybridSuperResolutionTest)
#include "hybrid_super_resolution_test.moc"
