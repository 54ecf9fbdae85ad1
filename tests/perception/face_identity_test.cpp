// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/random_tensor.h"
#include "core/perception/face_identity.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

namespace {

Tensor pictures(std::int64_t count, std::uint32_t number) {
  return at::sigmoid(normal_tensor({1, random_purpose("face identity test"), number, 0},
                                   {count, 3, FaceIdentity::kSize, FaceIdentity::kSize}));
}

double largest(const Tensor& tensor) {
  return tensor.abs().max().item<double>();
}

}  // namespace

class FaceIdentityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void embeddings_have_length_one_and_are_each_pictures_own() {
    const FaceIdentity net;
    const Tensor three = pictures(3, 0);
    const Tensor embeddings = net.embed(three);
    QCOMPARE(embeddings.sizes().vec(), (std::vector<std::int64_t>{3, 128}));
    QVERIFY(largest(embeddings.norm(2, 1) - 1) < 1e-5);
    QVERIFY(largest(embeddings[0] - embeddings[1]) > 1e-3);
    QVERIFY(largest(net.embed(three.slice(0, 1, 2))[0] - embeddings[1]) < 1e-5);
  }

  void it_is_small_and_its_weights_are_of_its_seed() {
    const FaceIdentity net;
    std::int64_t count = 0;
    for (const auto& [name, tensor] : net.parameters()) count += tensor.numel();
    QVERIFY(count < 400'000);
    const Tensor picture = pictures(1, 0);
    QVERIFY(at::equal(FaceIdentity({}, 1).embed(picture), net.embed(picture)));
    QVERIFY(largest(FaceIdentity({}, 2).embed(picture) - net.embed(picture)) > 1e-3);
  }

  void tensors_and_configuration_make_the_same_network() {
    FaceIdentityConfig config;
    config.trunk = {8, {8, 12, 16}};
    config.reduced = 4;
    config.embedding = 10;
    const FaceIdentity net(config, 3);
    const FaceIdentityConfig read = face_identity_config(to_json(config));
    const Tensor picture = pictures(2, 1);
    QVERIFY(at::equal(FaceIdentity(net.tensors(), read).embed(picture), net.embed(picture)));
    TensorMap fewer = net.tensors();
    fewer.erase("reduce.weight");
    QVERIFY_THROWS_EXCEPTION(Error, FaceIdentity(fewer, read));
    TensorMap more = net.tensors();
    more["surplus"] = at::zeros({1});
    QVERIFY_THROWS_EXCEPTION(Error, FaceIdentity(more, read));
    nlohmann::json json = to_json(config);
    json["width1"] = 5000;
    try {
      face_identity_config(json);
      QFAIL("no exception");
    } catch (const Error& e) {
      QCOMPARE(e.code(), ErrorCode::kCorrupt);
      QVERIFY2(e.message().find("width1") != std::string::npos, e.what());
    }
  }

  void a_picture_of_another_size_is_refused() {
    QVERIFY_THROWS_EXCEPTION(Error, FaceIdentity().embed(at::zeros({1, 3, 96, 96})));
  }

  void every_weight_has_a_gradient() {
    FaceIdentityConfig config;
    config.trunk = {8, {8, 8, 8}};
    const FaceIdentity net(config, 1);
    for (const auto& [name, tensor] : net.parameters()) {
      Tensor(tensor).set_requires_grad(true);
    }
    const Tensor embeddings = net.embed(pictures(2, 2));
    (embeddings[0] * embeddings[1]).sum().backward();
    for (const auto& [name, tensor] : net.parameters()) {
      QVERIFY2(tensor.grad().defined(), name.c_str());
      // Behind the last convolution of a block, which starts at zero, nothing is seen at first.
      const bool behind_zero = name.find("residual") == 0 && name.find(".0.") != std::string::npos;
      QVERIFY2((largest(tensor.grad()) > 0) != behind_zero, name.c_str());
    }
  }
};

QTEST_GUILESS_MAIN(FaceIdentityTest)
#include "face_identity_test.moc"
