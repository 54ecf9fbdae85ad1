// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/prior/gan_prior.h"
#include "core/prior/portrait4d/layers.h"
#include "core/prior/portrait4d/weights.h"
#include "tests/prior/slow_portrait4d.h"
#include "tests/prior/small_portrait4d.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <fstream>

using namespace portrait;

namespace {

constexpr std::int64_t kPublishedTensors = 382;
constexpr std::int64_t kPublishedNumbers = 225422091;

struct PublishedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
};

std::vector<PublishedTensor> published_tensors() {
  std::vector<PublishedTensor> all;
  std::ifstream lines(PORTRAIT_SOURCE_DIR "/tests/data/portrait4d_keys.txt");
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    all.push_back({line.substr(0, space),
                   nlohmann::json::parse(line.substr(space + 1)).get<std::vector<std::int64_t>>()});
  }
  return all;
}

void close_to(const Tensor& fast, const Tensor& expected) {
  QCOMPARE(fast.sizes(), expected.sizes());
  const double error = (fast.to(at::kDouble) - expected).abs().max().item<double>();
  const double size = expected.abs().max().item<double>();
  QVERIFY2(size > 1e-3, "the reference is all zeros");
  QVERIFY2(error < 1e-4 * size, qPrintable(QString("%1 of %2").arg(error).arg(size)));
}

Tensor waves(at::IntArrayRef shape, double from) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return (at::arange(count, at::kFloat) * 0.37 + from).sin().view(shape);
}

}  // namespace

class Portrait4DTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void its_tensors_are_those_published() {
    const std::vector<PublishedTensor> published = published_tensors();
    QCOMPARE(std::int64_t(published.size()), kPublishedTensors);
    Parameters parameters = Parameters::listed();
    portrait4d_parts(parameters, {});
    std::map<std::string, std::vector<std::int64_t>> asked;
    for (const auto& [name, tensor] : parameters.named()) {
      QVERIFY2(asked.emplace(name, tensor.sizes().vec()).second, name.c_str());
    }
    std::int64_t numbers = 0;
    for (const PublishedTensor& tensor : published) {
      std::int64_t count = 1;
      for (const std::int64_t size : tensor.shape) count *= size;
      numbers += count;
      const auto found = asked.find(tensor.name);
      QVERIFY2((found == asked.end()) == portrait4d_ignores(tensor.name), tensor.name.c_str());
      if (found == asked.end()) continue;
      QVERIFY2(found->second == tensor.shape, tensor.name.c_str());
      asked.erase(found);
    }
    QVERIFY2(asked.empty(), asked.empty() ? "" : asked.begin()->first.c_str());
    QCOMPARE(numbers, kPublishedNumbers);
    QVERIFY(portrait4d_ignores("deformer.flame_deform.v_template"));
    QVERIFY(portrait4d_ignores("dataset_label_std"));
    // The generator's second norm is that of its MLP.
    QVERIFY(!portrait4d_ignores("generator_triplane.trans_blocks.0.norm2.weight"));
  }

  void coordinates_go_from_corner_to_corner() {
    const Tensor placed = with_coordinates(at::zeros({1, 3, 3, 5}));
    QCOMPARE(placed.sizes(), at::IntArrayRef({1, 5, 3, 5}));
    QVERIFY(at::allclose(placed[0][3][1], at::tensor({-1.0F, -0.5F, 0.0F, 0.5F, 1.0F})));
    QVERIFY(at::allclose(placed[0][4].select(1, 2), at::tensor({-1.0F, 0.0F, 1.0F})));
  }

  void a_pyramid_sees_at_its_reaches() {
    Parameters parameters = Parameters::random(4);
    const AtrousPyramid pyramid(parameters, "p", 2, 3);
    SlowNetwork reference{tensors_of(parameters), {}};
    const Tensor x = waves({2, 40, 41}, 0.2);
    close_to(pyramid(x.unsqueeze(0))[0], reference.pyramid(slow::doubles(x), "p"));
  }

  void residual_blocks_data() {
    QTest::addColumn<int>("out");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("dilation");
    QTest::newRow("plain") << 3 << 1 << 1;
    QTest::newRow("strided") << 5 << 2 << 1;
    QTest::newRow("dilated") << 5 << 1 << 2;
    QTest::newRow("dilated further") << 3 << 1 << 4;
  }
  void residual_blocks() {
    QFETCH(int, out);
    QFETCH(int, stride);
    QFETCH(int, dilation);
    Parameters parameters = Parameters::random(5);
    const BasicBlock block(parameters, "b", 3, out, stride, dilation);
    SlowNetwork reference{tensors_of(parameters), {}};
    const Tensor x = waves({3, 12, 11}, 0.4);
    close_to(block(x.unsqueeze(0))[0], reference.basic(slow::doubles(x), "b", stride, dilation));
  }

  void token_blocks_data() {
    QTest::addColumn<int>("reduction");
    QTest::newRow("all to all") << 1;
    QTest::newRow("to fewer") << 2;
  }
  void token_blocks() {
    QFETCH(int, reduction);
    Parameters parameters = shaken(Parameters::random(6), [&](Parameters& p) {
      TokenBlock(p, "t", {"attn", "norm2"}, 8, 2, reduction);
    });
    const TokenBlock block(parameters, "t", {"attn", "norm2"}, 8, 2, reduction);
    SlowNetwork reference{tensors_of(parameters), {}};
    TokenMap x{waves({1, 4 * 6, 8}, 0.1) * 2, 4, 6};
    const Tensor expected =
        reference.block(slow::doubles(x.tokens[0]), 4, "t", {"attn", "norm2"}, 2, reduction == 2);
    block.apply(x);
    close_to(x.tokens[0], expected);
  }

  // Attention in pieces (no gradients) and at once are the same network.
  void a_small_network_is_its_equations() {
    const Portrait4DConfig config = small_portrait4d();
    const TensorMap tensors = small_portrait4d_tensors(config);
    const Portrait4DParts parts = portrait4d_parts(tensors, config);
    const Tensor photo = waves({1, 3, config.image, config.image}, 0.3);
    const Tensor planes = (*parts.network)(photo);
    QCOMPARE(planes.sizes(), at::IntArrayRef({1, 96, config.image / 2, config.image / 2}));
    const SlowNetwork reference{tensors, config};
    close_to(planes[0], reference.planes(slow::doubles(with_coordinates(photo)[0])));
  }

  void the_decoder_joins_two_layers_and_their_gains() {
    const Portrait4DConfig config = small_portrait4d();
    const TensorMap tensors = small_portrait4d_tensors(config);
    const Decoder decoder = portrait4d_parts(tensors, config).rest.decoder;
    const Tensor x = waves({5, 32}, 0.6) * 3;
    const auto full = [&](const Tensor& in, const std::string& name) {
      const Tensor& w = tensors.at("decoder." + name + ".weight");
      return at::linear(in, w / std::sqrt(double(w.size(1))),
                        tensors.at("decoder." + name + ".bias"));
    };
    const Tensor hidden = full(x, "net.0").exp().add(1).log();
    const Decoded decoded = decoder.decode(x);
    QVERIFY(at::allclose(decoded.raw_density, full(hidden, "out_sigma"), 1e-4, 1e-5));
    QVERIFY(at::allclose(decoded.colours, full(hidden, "out_rgb").sigmoid() * 1.002 - 0.001, 1e-4,
                         1e-5));
  }

  void missing_and_surplus_tensors_are_named() {
    const Portrait4DConfig config = small_portrait4d();
    const TensorMap whole = small_portrait4d_tensors(config);
    const auto message = [&](const TensorMap& tensors) -> std::string {
      try {
        portrait4d_parts(tensors, config);
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt ? error.message() : "another error";
      }
      return "none";
    };
    QCOMPARE(message(whole), std::string("none"));
    for (const auto& [name, tensor] : whole) {
      TensorMap without = whole;
      without.erase(name);
      QVERIFY2(message(without).find("\"" + name + "\"") != std::string::npos, name.c_str());
    }
    for (const char* name : {"encoder_global.encoder.bn1.weight", "decoder.net.2.weight",
                             "superresolution.block2.conv0.weight", "mapping.fc0.weight",
                             "generator_triplane.trans_blocks.0.norm3.weight"}) {
      TensorMap more = whole;
      more[name] = at::ones({2});
      QVERIFY2(message(more).find(name) != std::string::npos, name);
    }
    TensorMap published = whole;
    for (const char* name :
         {"background.input_conv.0.weight", "encoder_canonical.maps.0.weight",
          "encoder_canonical.maps_neutral.2.bias", "encoder_canonical.proj_y_neutral.weight",
          "encoder_canonical.trans_blocks_motion.1.attn2.kv.weight",
          "encoder_canonical.trans_blocks_neutral.0.norm2.bias", "deformer.flame_deform.faces",
          "dataset_label_std", "superresolution.block0.conv1.noise_const",
          "superresolution.block1.resample_filter"}) {
      published[name] = at::ones({2});
    }
    QCOMPARE(message(published), std::string("none"));
    TensorMap misshapen = whole;
    misshapen["w_avg"] = at::zeros({config.sr.latent + 1});
    QVERIFY(message(misshapen).find("w_avg") != std::string::npos);
  }

  void configurations_that_make_no_network_are_named() {
    const Portrait4DConfig small = small_portrait4d();
    const Portrait4DConfig read = portrait4d_config(to_json(small));
    QCOMPARE(read.global_blocks, small.global_blocks);
    QCOMPARE(read.sr.blocks, small.sr.blocks);
    QCOMPARE(to_json(read), to_json(small));
    QCOMPARE(portrait4d_config(nlohmann::json::object()).token_width, 1024);
    const auto refused = [](const char* key, const nlohmann::json& value) {
      try {
        portrait4d_config({{key, value}});
      } catch (const Error& error) {
        return error.message().find(key) != std::string::npos;
      }
      return false;
    };
    QVERIFY(refused("image", 500));
    QVERIFY(refused("planes", 64));
    QVERIFY(refused("planes", "256"));
    QVERIFY(refused("canonical_heads", 3));
    QVERIFY(refused("global_blocks", nlohmann::json::array({3, 4, 6})));
    QVERIFY(refused("sr_widths", nlohmann::json::array({0, 4})));
    QVERIFY(refused("latent", -1));
  }
};

QTEST_GUILESS_MAIN(Portrait4DTest)
#include "portrait4d_test.moc"
