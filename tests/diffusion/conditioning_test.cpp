// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/model_pack.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

Tensor normal(at::IntArrayRef shape, std::uint32_t number) {
  const Tensor tensor = at::empty(shape);
  RandomStream({7, random_purpose("conditioning test"), number, 0})
      .fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
  return tensor;
}

std::shared_ptr<const Conditioner> fresh(std::uint64_t seed = 3) {
  Parameters parameters = Parameters::random(seed);
  return std::make_shared<const Conditioner>(parameters, ConditionerConfig{});
}

double distance(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

class ConditioningTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tokens_fit_the_compact_unet() {
    const at::NoGradGuard no_grad;
    const IdentityConditioning conditioning(fresh(), normal({1, 16, 32, 32}, 0));
    const Tensor context = conditioning.context({{0, 0}, {90, 10}, {-150, -20}});
    QVERIFY(context.sizes() == at::IntArrayRef({3, 18, 64}));
    QVERIFY(conditioning.without({{0, 0}}).sizes() == at::IntArrayRef({1, 18, 64}));
    Parameters parameters = Parameters::random(4);
    const UNet2DConditionModel unet(parameters, compact_unet());
    const Tensor answer = unet(normal({3, 16, 8, 8}, 1), at::full({3}, 500, at::kLong), context);
    QVERIFY(answer.sizes() == at::IntArrayRef({3, 16, 8, 8}));
  }

  void it_is_small() {
    Parameters parameters = Parameters::listed();
    const Conditioner conditioner(parameters, ConditionerConfig{});
    QVERIFY2(parameters.count() < 400'000, qPrintable(QString::number(parameters.count())));
  }

  void views_differ_and_a_whole_turn_does_not() {
    const at::NoGradGuard no_grad;
    const IdentityConditioning conditioning(fresh(), normal({1, 16, 32, 32}, 0));
    const Tensor tokens = conditioning.context({{30, 10}, {390, 10}, {-30, 10}, {30, -10}});
    QVERIFY(distance(tokens[0], tokens[1]) < 1e-4);
    QVERIFY(distance(tokens[0], tokens[2]) > 0.1);
    QVERIFY(distance(tokens[0], tokens[3]) > 0.1);
    // The photo's tokens are the same for every view.
    QVERIFY(distance(tokens[0].slice(0, 2), tokens[2].slice(0, 2)) == 0);
  }

  void without_knows_the_view_and_not_the_person() {
    const at::NoGradGuard no_grad;
    const auto conditioner = fresh();
    const IdentityConditioning one(conditioner, normal({1, 16, 32, 32}, 0));
    const IdentityConditioning other(conditioner, normal({1, 16, 32, 32}, 1));
    const std::vector<Viewpoint> views = {{60, 0}};
    QVERIFY(distance(one.context(views), other.context(views)) > 0.1);
    QVERIFY(distance(one.without(views), other.without(views)) == 0);
    QVERIFY(distance(one.context(views).slice(1, 0, 2), one.without(views).slice(1, 0, 2)) == 0);
    QVERIFY(distance(one.without(views), one.without({{-60, 0}})) > 0.1);
  }

  // A piece of the photo moves its own token the most.
  void tokens_keep_their_place() {
    const at::NoGradGuard no_grad;
    const auto conditioner = fresh();
    const Tensor photo = normal({1, 16, 32, 32}, 0);
    const Tensor changed = photo.clone();
    changed.slice(2, 24, 32).slice(3, 0, 8).add_(normal({1, 16, 8, 8}, 2));
    const Tensor moved = (conditioner->image_tokens(changed) - conditioner->image_tokens(photo))
                             .abs()
                             .sum(2)
                             .view({16});
    QCOMPARE(moved.argmax().item<int>(), 12);
  }

  void every_parameter_has_a_gradient() {
    Parameters parameters = Parameters::random(5);
    const Conditioner conditioner(parameters, ConditionerConfig{});
    for (const auto& [name, tensor] : parameters.named()) tensor.set_requires_grad(true);
    const Tensor view = conditioner.view_tokens(view_angles({{20, 5}, {140, 0}}));
    const Tensor image = conditioner.image_tokens(normal({2, 16, 32, 32}, 0));
    (conditioner.context(view, image) * normal({2, 18, 64}, 3)).sum().backward();
    (conditioner.no_image_tokens() * normal({1, 16, 64}, 4)).sum().backward();
    for (const auto& [name, tensor] : parameters.named()) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().abs().sum().item<double>() > 0,
               name.c_str());
    }
  }

  void a_photo_is_halved_by_area() {
    const at::NoGradGuard no_grad;
    Parameters parameters = Parameters::random(6);
    const AutoencoderKL vae(parameters, compact_autoencoder());
    const Tensor small = at::rand({3, 64, 64});
    const Tensor large = small.repeat_interleave(2, 1).repeat_interleave(2, 2);
    const Tensor of_large = identity_latents(vae, large, 8);
    QVERIFY(of_large.sizes() == at::IntArrayRef({1, 16, 8, 8}));
    QVERIFY(distance(of_large, picture_latents(vae, small.unsqueeze(0))) < 1e-5);
    QVERIFY_THROWS_EXCEPTION(Error, identity_latents(vae, at::rand({3, 96, 96}), 8));
  }

  void a_pack_gives_it_back() {
    const at::NoGradGuard no_grad;
    QTemporaryDir folder;
    const fs::path pack = folder.path().toStdString();
    ConditionerConfig config;
    config.widths = {8, 8, 16, 16};
    config.view_tokens = 1;
    Parameters parameters = Parameters::random(8);
    const Conditioner conditioner(parameters, config);
    TensorMap tensors;
    for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
    save_tensors(pack / "conditioner.safetensors", tensors);
    PackNetwork network;
    network.id = "conditioner";
    network.file = "conditioner.safetensors";
    network.config = to_json(config);
    add_network(pack, network);
    const auto loaded = load_conditioner(ModelPack::open(pack));
    const Tensor photo = normal({1, 16, 32, 32}, 0);
    QVERIFY(distance(loaded->image_tokens(photo), conditioner.image_tokens(photo)) == 0);
    QCOMPARE(loaded->config().view_tokens, 1);

    tensors.erase("image.nobody");
    QVERIFY_THROWS_EXCEPTION(Error, load_conditioner(tensors, config));
    QVERIFY_THROWS_EXCEPTION(Error, conditioner_config({{"widths", {8, 16}}}));
    QVERIFY_THROWS_EXCEPTION(Error, conditioner_config({{"grid", 0}}));
    QVERIFY_THROWS_EXCEPTION(Error, conditioner_config({{"widths", {8, 8, 16, 17}}}));
  }
};

QTEST_GUILESS_MAIN(ConditioningTest)
#include "conditioning_test.moc"
