// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/nn/conv2d.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace portrait;

namespace {
TensorMap map_of(const Parameters& parameters, const std::string& prefix) {
  TensorMap tensors;
  for (const auto& [name, tensor] : parameters.named()) tensors[prefix + name] = tensor;
  return tensors;
}
}  // namespace

class ParametersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_same_seed_makes_the_same_network() {
    Parameters a = Parameters::random(5);
    Parameters b = Parameters::random(5);
    Parameters c = Parameters::random(6);
    const Linear first(a, "l", 4, 3);
    const Conv2d other(b, "c", 2, 2, 3);  // another layer before it makes no difference
    const Linear second(b, "l", 4, 3);
    const Linear third(c, "l", 4, 3);
    QVERIFY(at::equal(first.weight, second.weight));
    QVERIFY(!at::equal(first.weight, third.weight));
    QCOMPARE(a.count(), std::int64_t{4 * 3 + 3});
  }

  void starts_have_their_spread() {
    Parameters parameters = Parameters::random(1);
    const Tensor he = parameters.get("he", {200, 50, 3, 3}, Init::kHe);
    const Tensor xavier = parameters.get("xavier", {300, 400}, Init::kXavier);
    QVERIFY(std::abs(he.std().item<double>() / std::sqrt(2.0 / 450) - 1) < 0.01);
    QVERIFY(std::abs(xavier.std().item<double>() / std::sqrt(1.0 / 400) - 1) < 0.01);
    QVERIFY(std::abs(he.mean().item<double>()) < 0.001);
    QVERIFY(parameters.get("zeros", {3}, Init::kZeros).eq(0).all().item<bool>());
    QVERIFY(parameters.get("ones", {3}, Init::kOnes).eq(1).all().item<bool>());
  }

  void a_bound_network_computes_as_the_one_it_came_from() {
    Parameters made = Parameters::random(2);
    const Conv2d conv(made, "net.conv", 3, 4, 3, 2);
    const GroupNorm norm(made, "net.norm", 4, 2);
    Parameters bound = Parameters::bound(map_of(made, "prior."), "prior.");
    const Conv2d conv2(bound, "net.conv", 3, 4, 3, 2);
    const GroupNorm norm2(bound, "net.norm", 4, 2);
    bound.require_all_used();
    const Tensor x = at::linspace(-1, 1, 3 * 8 * 8).reshape({1, 3, 8, 8});
    const Tensor y = norm(conv(x));
    QCOMPARE(y.sizes(), (at::IntArrayRef{1, 4, 4, 4}));
    QVERIFY(at::equal(y, norm2(conv2(x))));
  }

  void packed_convolutions_compute_the_same() {
    const at::NoGradGuard no_grad;
    struct Case {
      int in, out, kernel, stride;
    };
    // The last two are of so many channels that oneDNN's own layout is chosen.
    for (const Case& c : {Case{6, 16, 3, 1}, {16, 6, 3, 2}, {16, 8, 1, 1}, {1024, 8, 3, 1},
                          {8, 1024, 3, 2}}) {
      Parameters made = Parameters::random(4);
      const Conv2d plain(made, "c", c.in, c.out, c.kernel, c.stride);
      plain.bias.copy_(at::linspace(-1, 1, c.out));
      Parameters parameters = Parameters::packed(map_of(made, ""));
      const Conv2d packed(parameters, "c", c.in, c.out, c.kernel, c.stride);
      parameters.require_all_used();
      QCOMPARE(packed.weight.is_mkldnn(), std::max(c.in, c.out) >= 1024);
      Parameters of_input = Parameters::random(5);
      const Tensor x = of_input.get("x", {2, c.in, 6, 8}, Init::kEmbedding);
      for (const Tensor& given : {x, x.contiguous(at::MemoryFormat::ChannelsLast)}) {
        const Tensor expected = plain(given);
        QVERIFY(at::allclose(packed(given), expected, 1e-5, 1e-5));
        const Tensor unpadded = plain.padded(given, 0);
        QVERIFY(at::allclose(packed.padded(given, 0), unpadded, 1e-5, 1e-5));
      }
    }
  }

  void packed_parameters_hold_no_second_copy() {
    Parameters made = Parameters::random(4);
    Conv2d(made, "c", 1024, 1024, 1);
    TensorMap tensors = map_of(made, "");
    const Tensor kept = tensors.at("c.weight");
    made = Parameters::random(0);
    Parameters parameters = Parameters::packed(std::move(tensors));
    const Conv2d packed(parameters, "c", 1024, 1024, 1);
    QCOMPARE(kept.use_count(), std::size_t{1});
    QCOMPARE(parameters.named().at(0).second.sizes(), at::IntArrayRef({1024, 1024, 1, 1}));
    QCOMPARE(parameters.count(), std::int64_t{1024 * 1024 + 1024});
    QVERIFY_THROWS_EXCEPTION(Error, packed(at::zeros({1, 1024, 2, 2})));  // gradients are on
  }

  void layers_compute_what_they_say() {
    Parameters parameters =
        Parameters::bound({{"l.weight", at::tensor({1.F, 2.F, 3.F, 4.F}).reshape({2, 2})},
                           {"l.bias", at::tensor({10.F, 20.F})},
                           {"n.weight", at::tensor({2.F, 2.F})},
                           {"n.bias", at::tensor({1.F, 1.F})}});
    const Linear linear(parameters, "l", 2, 2);
    QVERIFY(at::equal(linear(at::tensor({1.F, 1.F})), at::tensor({13.F, 27.F})));
    const LayerNorm norm(parameters, "n", 2);
    QVERIFY(at::allclose(norm(at::tensor({0.F, 10.F})), at::tensor({-1.F, 3.F}), 1e-5, 1e-5));
  }

  void a_list_knows_names_and_shapes_and_takes_no_memory() {
    Parameters parameters = Parameters::listed();
    const Linear large(parameters, "large", 1 << 20, 1 << 20);
    QCOMPARE(parameters.named().at(0).first, std::string("large.weight"));
    QCOMPARE(large.weight.sizes(), at::IntArrayRef({1 << 20, 1 << 20}));
    QCOMPARE(large.weight.storage().nbytes(), sizeof(float));
    QCOMPARE(parameters.count(), (std::int64_t{1} << 40) + (1 << 20));
  }

  void missing_misshapen_and_surplus_tensors_are_named() {
    const TensorMap tensors = {{"p.l.weight", at::zeros({3, 4})},
                               {"p.l.bias", at::zeros({3})},
                               {"p.other", at::zeros({1})},
                               {"q.x", at::zeros({1})}};
    const auto message = [&](auto call) -> std::string {
      try {
        call();
      } catch (const Error& error) {
        return error.code() == ErrorCode::kCorrupt ? error.what() : "another code";
      }
      return "no error";
    };
    Parameters parameters = Parameters::bound(tensors, "p.");
    QVERIFY(message([&] { Linear(parameters, "m", 4, 3); }).find("p.m.weight") !=
            std::string::npos);
    const auto shape = message([&] { Linear(parameters, "l", 5, 3); });
    QVERIFY2(shape.find("[3, 4]") != std::string::npos && shape.find("[3, 5]") != std::string::npos,
             shape.c_str());
    TensorMap broken = tensors;
    broken["p.l.weight"] = at::zeros({3, 4}).index_fill_(1, at::tensor({2L}), NAN);
    Parameters not_finite = Parameters::bound(broken, "p.");
    const auto damaged = message([&] { Linear(not_finite, "l", 4, 3); });
    QVERIFY2(damaged.find("\"p.l.weight\" holds numbers that are not finite") != std::string::npos,
             damaged.c_str());
    Parameters surplus = Parameters::bound(tensors, "p.");
    const Linear used(surplus, "l", 4, 3);
    const auto unused = message([&] { surplus.require_all_used(); });
    QVERIFY2(unused.find("p.other") != std::string::npos, unused.c_str());
  }
};

QTEST_GUILESS_MAIN(ParametersTest)
#include "parameters_test.moc"
