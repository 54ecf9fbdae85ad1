// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/matte_net.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/photo/matting.h"
#include "core/photo/person_shape.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

constexpr int kSize = MatteNet::kSize;

MatteNetConfig small() {
  MatteNetConfig config;
  config.stem = 8;
  config.widths = {8, 8, 16, 16};
  config.decoder = {8, 8, 8, 16};
  config.head = 8;
  return config;
}

// The last convolution starts at zero, so that fresh networks answer 0.5; this one does not.
MatteNet stirred() {
  MatteNet net(small(), 5);
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : net.parameters()) {
    Tensor(tensor).add_(at::sin(at::arange(tensor.numel()) * 12.9898).view(tensor.sizes()) * 0.1);
  }
  return net;
}

// Skin-coloured where the shape is surely or likely a person, blue elsewhere.
Image plain_person(const Camera& camera, int size) {
  const Image shape = person_shape(camera, size);
  Image crop(size, size, 3);
  for (std::size_t i = 0; i < shape.pixels.size(); ++i) {
    const bool person = shape.pixels[i] > 0.5F;
    crop.pixels[3 * i] = person ? 0.8F : 0.1F;
    crop.pixels[3 * i + 1] = person ? 0.6F : 0.3F;
    crop.pixels[3 * i + 2] = person ? 0.5F : 0.8F;
  }
  return crop;
}

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == ErrorCode::kCorrupt ? error.message() : "another code";
  }
  return "nothing was thrown";
}

std::string refusal_of(const TensorMap& tensors) {
  return refusal([&] { const MatteNet net(tensors, small()); });
}

}  // namespace

class MatteNetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void shapes_and_size() {
    const MatteNet net;
    QVERIFY(net.parameter_count() <= 1'000'000);
    const at::NoGradGuard no_grad;
    const Tensor inputs = at::rand({2, 5, kSize, kSize});
    const Tensor out = net.forward(inputs);
    QVERIFY(out.sizes() == at::IntArrayRef({2, 1, kSize, kSize}));
    QVERIFY(at::isfinite(out).all().item<bool>());
    // Half the size, as its trainer may show it; never what does not divide.
    QVERIFY(net.forward(at::rand({1, 5, 128, 96})).sizes() == at::IntArrayRef({1, 1, 128, 96}));
    QVERIFY_THROWS_EXCEPTION(Error, net.forward(at::rand({1, 5, 100, 128})));
    QVERIFY_THROWS_EXCEPTION(Error, net.forward(at::rand({1, 3, kSize, kSize})));
  }

  void gradient_reaches_every_parameter() {
    const MatteNet net = stirred();
    for (const auto& [name, tensor] : net.parameters()) Tensor(tensor).set_requires_grad(true);
    net.forward(at::rand({1, 5, kSize, kSize})).pow(2).sum().backward();
    for (const auto& [name, tensor] : net.parameters()) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().abs().sum().item<float>() > 0,
               name.c_str());
    }
  }

  void colours_outside_the_photo_are_not_looked_at() {
    const MatteNet net = stirred();
    const at::NoGradGuard no_grad;
    Tensor inputs = at::rand({1, 5, kSize, kSize});
    inputs.narrow(1, 3, 1).zero_();
    Tensor other = inputs.clone();
    other.narrow(1, 0, 3).fill_(0.9);
    QVERIFY(at::equal(net.forward(inputs), net.forward(other)));
    other.narrow(1, 3, 1).fill_(1);
    QVERIFY(!at::equal(net.forward(inputs), net.forward(other)));
  }

  void saved_and_loaded_it_is_the_same() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "net.safetensors";
    const MatteNet net = stirred();
    save_tensors(path, net.tensors());
    const SafetensorsFile file(path);
    const MatteNet loaded(load_tensors(file), matte_net_config(to_json(net.config())));
    const at::NoGradGuard no_grad;
    const Tensor inputs = at::rand({1, 5, kSize, kSize});
    QVERIFY(at::equal(net.forward(inputs), loaded.forward(inputs)));
  }

  void wrong_weights_are_refused_by_name() {
    const MatteNet net(small());
    TensorMap missing = net.tensors();
    missing.erase("up2.bias");
    QVERIFY(refusal_of(missing).find("\"up2.bias\"") != std::string::npos);
    TensorMap misshapen = net.tensors();
    misshapen["residual1.0.weight"] = at::zeros({8, 8, 5, 5});
    QVERIFY(refusal_of(misshapen).find("\"residual1.0.weight\"") !=
            std::string::npos);
    TensorMap surplus = net.tensors();
    surplus["spare"] = at::zeros({1});
    QVERIFY(refusal_of(surplus).find("\"spare\"") != std::string::npos);
    auto config = to_json(small());
    config["width2"] = "many";
    QVERIFY(refusal([&] { matte_net_config(config); }).find("\"width2\"") != std::string::npos);
  }

  // The channels of the input, in their order, and the matte's pixels where the picture's are.
  void pictures_become_inputs() {
    Image crop(kSize, kSize, 3), coverage(kSize, kSize, 1, 1), shape(kSize, kSize, 1);
    crop.at(7, 3)[2] = 0.25F;
    *coverage.at(9, 4) = 0.5F;
    *shape.at(11, 5) = kSurelyPerson;
    const Tensor input = matte_net_input(crop, coverage, shape);
    QVERIFY(input.sizes() == at::IntArrayRef({5, kSize, kSize}));
    QCOMPARE(input[2][3][7].item<float>(), 0.25F);
    QCOMPARE(input[3][4][9].item<float>(), 0.5F);
    QCOMPARE(input[4][5][11].item<float>(), 1.0F);
    QCOMPARE(input.sum().item<float>(), 0.25F + float(kSize * kSize) - 0.5F + 1);
    QVERIFY_THROWS_EXCEPTION(Error, matte_net_input(crop, shape, Image(64, 64, 1)));
  }

  void the_shape_is_a_head_over_shoulders() {
    const Image shape = person_shape(rig_camera({0, 0}), kSize);
    QCOMPARE(*shape.at(kSize / 2, kSize / 3), kSurelyPerson);
    QCOMPARE(*shape.at(kSize / 2, kSize - 2), kSurelyPerson);
    QCOMPARE(*shape.at(2, 2), kNeverPerson);
    for (const float v : shape.pixels) {
      QVERIFY(v == kNeverPerson || v == kMaybePerson || v == kLikelyPerson || v == kSurelyPerson);
    }
  }

  // Whatever the weights, a matte is an opacity and stays inside the photo.
  void a_matte_by_the_network_is_an_opacity() {
    const Camera camera = rig_camera({10, 0});
    const Image crop = plain_person(camera, 384);
    Image coverage(384, 384, 1, 1);
    for (int y = 0; y < 384; ++y) std::fill_n(coverage.at(0, y), 60, 0.0F);
    MattingOptions options;
    options.net = std::make_shared<const MatteNet>(stirred());
    const Image matte = matte_person(crop, camera, coverage, options);
    QCOMPARE(matte.width, 384);
    QCOMPARE(matte.channels, 1);
    float least = 1, most = 0;
    for (const float v : matte.pixels) {
      QVERIFY(std::isfinite(v) && v >= 0 && v <= 1);
      least = std::min(least, v);
      most = std::max(most, v);
    }
    QVERIFY(most > least);
    for (int y = 0; y < 384; ++y) QCOMPARE(*matte.at(30, y), 0.0F);
    QVERIFY(matte_person(crop, camera, coverage, options).pixels == matte.pixels);
  }

  void without_a_network_grabcut_finds_a_plain_person() {
    const Camera camera = rig_camera({0, 0});
    const Image crop = plain_person(camera, 256);
    const Image matte = matte_person(crop, camera, Image(256, 256, 1, 1));
    int wrong = 0;
    for (std::size_t i = 0; i < matte.pixels.size(); ++i) {
      wrong += (matte.pixels[i] > 0.5F) != (crop.pixels[3 * i] > 0.5F);
    }
    QVERIFY2(wrong < 256 * 256 / 50, qPrintable(QString::number(wrong)));
  }

  void a_head_outside_the_photo_is_no_face_either_way() {
    const Camera camera = rig_camera({0, 0});
    MattingOptions with_net;
    with_net.net = std::make_shared<const MatteNet>(small());
    for (const MattingOptions& options : {MattingOptions{}, with_net}) {
      try {
        matte_person(Image(256, 256, 3), camera, Image(256, 256, 1), options);
        QFAIL("no exception");
      } catch (const Error& error) {
        QCOMPARE(error.code(), ErrorCode::kNoFace);
      }
    }
  }
};

QTEST_GUILESS_MAIN(MatteNetTest)
#include "matte_net_test.moc"
