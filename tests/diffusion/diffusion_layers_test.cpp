// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/attention.h"
#include "core/diffusion/resample_layers.h"
#include "core/diffusion/resnet_block.h"
#include "core/diffusion/time_embedding.h"
#include "core/diffusion/transformer_2d.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

Tensor waves(at::IntArrayRef shape, double pace) {
  const std::int64_t count = at::empty(shape).numel();
  return (at::arange(count, at::kFloat) * pace).sin().view(shape);
}

Tensor parameter(const Parameters& parameters, const std::string& name) {
  for (const auto& [own, tensor] : parameters.named()) {
    if (own == name) return tensor;
  }
  return {};
}

}  // namespace

class DiffusionLayersTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void packed_upsampling_is_upsampling() {
    Parameters parameters = Parameters::random(3);
    const Upsample up(parameters, "up", 5);
    parameter(parameters, "up.conv.bias").copy_(waves({5}, 1.3));
    TensorMap tensors;
    for (const auto& [name, tensor] : parameters.named()) tensors[name] = tensor;
    Parameters again = Parameters::packed(tensors);
    const Upsample packed(again, "up", 5);
    const Tensor x = waves({2, 5, 6, 7}, 0.71);
    const Tensor expected = up(x);
    QCOMPARE(expected.sizes(), at::IntArrayRef({2, 5, 12, 14}));
    QVERIFY(at::allclose(packed(x), expected, 1e-5, 1e-5));
  }

  void downsampling_looks_where_it_says() {
    Parameters parameters = Parameters::random(3);
    const Downsample right(parameters, "right", 1, DownPadding::kRightAndBottom);
    const Downsample all(parameters, "all", 1, DownPadding::kAllSides);
    for (const auto& [name, tensor] : parameters.named()) tensor.fill_(tensor.dim() == 4 ? 1 : 0);
    const Tensor x = at::ones({1, 1, 4, 4});
    QVERIFY(at::equal(right(x).flatten(), at::tensor({9.F, 6.F, 6.F, 4.F})));
    QVERIFY(at::equal(all(x).flatten(), at::tensor({4.F, 6.F, 6.F, 9.F})));
  }

  void attention_in_pieces_is_attention() {
    const at::NoGradGuard no_grad;
    const Tensor q = waves({2, 11, 4}, 0.3);
    const Tensor k = waves({2, 9, 4}, 0.5);
    const Tensor v = waves({2, 9, 3}, 0.9);
    const Tensor expected = at::matmul(at::softmax(at::matmul(q, k.transpose(1, 2)) * 0.5, -1), v);
    for (const std::int64_t bytes : {1L, 200L, 1L << 20}) {
      QVERIFY(at::allclose(attend(q, k, v, 0.5, bytes), expected, 1e-5, 1e-6));
    }
    QVERIFY_EXCEPTION_THROWN(attend(q, k, v.slice(1, 0, 8), 0.5), Error);
  }

  void a_block_takes_its_time_embedding() {
    Parameters parameters = Parameters::random(3);
    const ResnetBlock block(parameters, "b", {8, 16, 4, 1e-5, 6});
    parameter(parameters, "b.conv2.weight").copy_(waves({16, 16, 3, 3}, 0.2));
    const Tensor x = waves({2, 8, 4, 4}, 0.3);
    const Tensor early = block(x, at::zeros({2, 6}));
    QCOMPARE(early.sizes(), at::IntArrayRef({2, 16, 4, 4}));
    QVERIFY(!at::allclose(early, block(x, at::ones({2, 6}))));
    QVERIFY_EXCEPTION_THROWN(block(x), Error);
    const ResnetBlock timeless(parameters, "t", {8, 8, 4});
    QVERIFY_EXCEPTION_THROWN(timeless(x, at::ones({2, 6})), Error);
    // Fresh, it passes its input on.
    QVERIFY(at::equal(timeless(x), x));
  }

  // Values of diffusers' Timesteps(320, flip_sin_to_cos, 0).
  void sinusoids_are_the_published_ones() {
    const Tensor found = sinusoids(at::tensor({981}, at::kLong), 320, true, 0)[0];
    const Tensor picked = found.index_select(0, at::tensor({0, 1, 159, 160, 161, 319}));
    const Tensor expected =
        at::tensor({0.679957F, -0.798429F, 0.994606F, 0.733252F, 0.602089F, 0.103726F});
    QVERIFY(at::allclose(picked, expected, 0, 1e-5));
    const Tensor sines_first = sinusoids(at::tensor({981}, at::kLong), 320, false, 0)[0];
    QVERIFY(at::equal(sines_first.slice(0, 0, 160), found.slice(0, 160, 320)));
    // With a shift of 1 the last frequency is 1 / 10000.
    const Tensor shifted = sinusoids(at::tensor({500.F}), 8, false, 1)[0];
    QVERIFY(std::abs(shifted[3].item<double>() - std::sin(0.05)) < 1e-5);
  }

  void each_head_attends_on_its_own() {
    Parameters parameters = Parameters::random(3);
    const MultiHeadAttention attention(parameters, "a", 6, 2, 5);
    parameter(parameters, "a.to_out.0.weight").copy_(at::eye(6));
    const Tensor tokens = waves({2, 7, 6}, 0.3);
    const Tensor context = waves({2, 4, 5}, 0.5);
    const auto made = [&](const Tensor& x, const char* name, int head) {
      return at::matmul(x, parameter(parameters, name).t()).slice(2, 3 * head, 3 * head + 3);
    };
    std::vector<Tensor> heads;
    for (int head = 0; head < 2; ++head) {
      const Tensor scores = at::matmul(made(tokens, "a.to_q.weight", head),
                                       made(context, "a.to_k.weight", head).transpose(1, 2));
      heads.push_back(at::matmul(at::softmax(scores / std::sqrt(3.0), -1),
                                 made(context, "a.to_v.weight", head)));
    }
    QVERIFY(at::allclose(attention(tokens, context), at::cat(heads, 2), 1e-5, 1e-6));
    QVERIFY_EXCEPTION_THROWN(attention(tokens, waves({2, 4, 6}, 0.5)), Error);
  }

  void both_ways_to_store_a_projection_are_the_same() {
    Parameters first = Parameters::random(3);
    const Transformer2D kernels(first, "t", {8, 2, 5, 2, 4, false});
    const Tensor x = waves({2, 8, 3, 4}, 0.3);
    const Tensor context = waves({2, 4, 5}, 0.5);
    // Fresh, it passes its input on.
    QVERIFY(at::equal(kernels(x, context), x));
    parameter(first, "t.proj_out.weight").copy_(waves({8, 8, 1, 1}, 0.9));
    TensorMap tensors;
    for (const auto& [name, tensor] : first.named()) {
      const bool kernel = name == "t.proj_in.weight" || name == "t.proj_out.weight";
      tensors[name] = kernel ? tensor.flatten(1) : tensor;
    }
    Parameters second = Parameters::bound(tensors);
    const Transformer2D matrices(second, "t", {8, 2, 5, 2, 4, true});
    second.require_all_used();
    QVERIFY(at::equal(kernels(x, context), matrices(x, context)));
    QVERIFY(!at::allclose(kernels(x, context), x));
  }

  void without_gradients_the_input_stays_as_it_was() {
    const at::NoGradGuard no_grad;
    Parameters parameters = Parameters::random(3);
    const ResnetBlock block(parameters, "b", {8, 8, 4});
    const Tensor x = waves({1, 8, 4, 4}, 0.3);
    const Tensor before = x.clone();
    block(x);
    QVERIFY(at::equal(x, before));
  }
};

QTEST_GUILESS_MAIN(DiffusionLayersTest)
#include "diffusion_layers_test.moc"
