// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/capsule_map.h"
#include "core/field/field.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

class FieldTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void decoder_gradcheck();
  void decoder_gain_is_folded();
  void decoder_colours_keep_their_range();
  void super_resolution_starts_as_bilinear();
  void super_resolution_learns_from_every_layer();
  void patches_agree_with_the_whole();
  void saves_and_loads();
  void keeps_the_surface();
  void names_what_is_missing();
  void copies_are_deep();
};

void FieldTest::decoder_gradcheck() {
  RandomStream random({1, 2, 3, 4});
  Decoder decoder = Decoder::random(random);
  for (Tensor* tensor : {&decoder.w0, &decoder.b0, &decoder.w1, &decoder.b1}) {
    *tensor = tensor->to(at::kDouble).set_requires_grad(true);
  }
  const Tensor features = at::linspace(-2, 2, 3 * 32, at::kDouble).view({3, 32}).clone();
  features.set_requires_grad(true);
  const auto loss = [&] {
    const Decoded decoded = decoder.decode(features);
    return decoded.raw_density.square().sum() +
           (decoded.colours * at::linspace(-1, 1, 32, at::kDouble)).sum();
  };
  loss().backward();
  std::vector<std::pair<std::string, Tensor>> all = decoder.named_parameters();
  all.emplace_back("features", features);
  for (const auto& [name, tensor] : all) {
    const Tensor gradient = tensor.grad();
    double* values = tensor.data_ptr<double>();
    for (std::int64_t i = 0; i < tensor.numel(); i += 1 + tensor.numel() / 40) {
      const double kept = values[i];
      values[i] = kept + 1e-6;
      const double above = loss().item<double>();
      values[i] = kept - 1e-6;
      const double below = loss().item<double>();
      values[i] = kept;
      const double expected = (above - below) / 2e-6;
      QVERIFY2(std::abs(gradient.view({-1})[i].item<double>() - expected) < 1e-6,
               qPrintable(QString::fromStdString(name)));
    }
  }
}

void FieldTest::decoder_gain_is_folded() {
  RandomStream random({5, 2, 3, 4});
  const Decoder decoder = Decoder::random(random);
  TensorMap stored;
  decoder.save_to(stored, "x.");
  stored["x.net.0.weight"] = stored["x.net.0.weight"] * std::sqrt(32.0);
  stored["x.net.2.weight"] = stored["x.net.2.weight"] * 8.0;
  const Decoder loaded = Decoder::load(stored, "x.", /*fold_gain=*/true);
  QVERIFY((loaded.w0 - decoder.w0).abs().max().item<double>() < 1e-6);
  QVERIFY((loaded.w1 - decoder.w1).abs().max().item<double>() < 1e-6);
}

void FieldTest::decoder_colours_keep_their_range() {
  RandomStream random({6, 2, 3, 4});
  Decoder decoder = Decoder::random(random);
  decoder.w1.mul_(100);
  const Tensor colours = decoder.decode(at::linspace(-9, 9, 320).view({10, 32})).colours;
  QVERIFY(colours.min().item<double>() >= -0.001 - 1e-6);
  QVERIFY(colours.min().item<double>() < 0);
  QVERIFY(colours.max().item<double>() > 1);
  QVERIFY(colours.max().item<double>() <= 1.001 + 1e-6);
}

void FieldTest::super_resolution_starts_as_bilinear() {
  RandomStream random({7, 2, 3, 4});
  const SuperResolution network = SuperResolution::random(random);
  const Tensor features = at::linspace(0, 1, 2 * 32 * 8 * 12).view({2, 32, 8, 12}).sin().abs();
  const Tensor out = network.forward(features);
  QCOMPARE(out.sizes(), at::IntArrayRef({2, 3, 32, 48}));
  const Tensor expected =
      at::upsample_bilinear2d(features.narrow(1, 0, 3), {32, 48}, /*align_corners=*/false);
  QVERIFY((out - expected).abs().max().item<double>() < 1e-6);
}

// The last convolution is zero at the start, so only it learns in the first step; once it is not,
// every layer does.
void FieldTest::super_resolution_learns_from_every_layer() {
  RandomStream random({8, 2, 3, 4});
  SuperResolution network = SuperResolution::random(random);
  random.fill_normal({network.parameters[network.parameters.size() - 2].second.data_ptr<float>(),
                      std::size_t(network.parameters[network.parameters.size() - 2].second.numel())});
  for (const auto& named : network.parameters) named.second.set_requires_grad(true);
  network.forward(at::linspace(0, 1, 32 * 36).view({1, 32, 6, 6})).square().sum().backward();
  for (const auto& [name, tensor] : network.parameters) {
    QVERIFY2(tensor.grad().defined() && tensor.grad().abs().max().item<double>() > 0,
             qPrintable(QString::fromStdString(name)));
  }
}

// Eleven pixels in from a cut, past the receptive field, a patch gives what the whole gives.
void FieldTest::patches_agree_with_the_whole() {
  RandomStream random({9, 2, 3, 4});
  SuperResolution network = SuperResolution::random(random);
  Tensor& last = network.parameters[network.parameters.size() - 2].second;
  random.fill_normal({last.data_ptr<float>(), std::size_t(last.numel())});
  last.mul_(0.05);
  const Tensor features = at::linspace(0, 90, 32 * 40 * 40).view({1, 32, 40, 40}).sin().abs();
  const Tensor whole = network.forward(features);
  const Tensor patch = network.forward(features.narrow(2, 5, 30).narrow(3, 8, 30).contiguous());
  const auto inner = [](const Tensor& t, int y, int x) {
    return t.narrow(2, y * 4, 8 * 4).narrow(3, x * 4, 8 * 4);
  };
  QVERIFY((inner(whole, 16, 19) - inner(patch, 11, 11)).abs().max().item<double>() < 1e-4);
}

void FieldTest::saves_and_loads() {
  const Field field = random_field(2, 8, 11);
  TensorMap tensors;
  field.save_to(tensors);
  QVERIFY(tensors.count("decoder.net.2.weight") == 1);
  QVERIFY(tensors.count("superresolution.conv_in.weight") == 1);
  const Field loaded = Field::load(tensors, field.frame);
  QVERIFY(!loaded.detail.defined());
  const auto before = field.parameters();
  const auto after = loaded.parameters();
  QCOMPARE(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    QCOMPARE(after[i].first, before[i].first);
    QVERIFY(after[i].second.equal(before[i].second));
  }
}

// Fine colours of the surface are saved where there are any.
void FieldTest::keeps_the_surface() {
  Field field = random_field(1, 8, 14);
  field.detail = at::zeros({CapsuleMap::kTexels, 3});
  TensorMap tensors;
  field.save_to(tensors);
  QVERIFY(tensors.count("detail") == 0);
  field.detail[7][1] = 0.5;
  field.save_to(tensors);
  const Field loaded = Field::load(tensors, field.frame);
  QVERIFY(at::equal(loaded.detail, field.detail));
  QVERIFY(field.tensors().size() == field.parameters().size() + 1);
  const Field copy = field.clone();
  copy.detail.zero_();
  QVERIFY(loaded.detail[7][1].item<float>() == 0.5F && field.detail[7][1].item<float>() == 0.5F);
  tensors["detail"] = at::zeros({12, 3});
  QVERIFY_EXCEPTION_THROWN(Field::load(tensors, field.frame), Error);
}

void FieldTest::names_what_is_missing() {
  const Field field = random_field(1, 8, 12);
  TensorMap tensors;
  field.save_to(tensors);
  const auto message = [&] {
    try {
      Field::load(tensors, field.frame);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  TensorMap whole = tensors;
  tensors.erase("decoder.net.0.bias");
  QVERIFY(message().find("decoder.net.0.bias") != std::string::npos);
  tensors = whole;
  tensors["decoder.net.0.bias"] = at::zeros({65});
  QVERIFY(message().find("[65]") != std::string::npos);
  tensors = whole;
  tensors["planes"] = at::zeros({3, 2, 32, 8, 8});
  QVERIFY(message().find("planes") != std::string::npos);
  tensors = whole;
  tensors.erase("superresolution.up1.weight");
  QVERIFY(message().find("superresolution.up1.weight") != std::string::npos);
}

void FieldTest::copies_are_deep() {
  const Field field = random_field(1, 8, 13);
  const Field copy = field.clone();
  copy.planes.zero_();
  copy.decoder.w0.zero_();
  copy.sr.parameters[0].second.zero_();
  QVERIFY(field.planes.abs().sum().item<double>() > 0);
  QVERIFY(field.decoder.w0.abs().sum().item<double>() > 0);
  QVERIFY(field.sr.parameters[0].second.abs().sum().item<double>() > 0);
}

QTEST_GUILESS_MAIN(FieldTest)
#include "field_test.moc"
