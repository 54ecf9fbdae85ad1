// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/attention.h"
#include "core/diffusion/resample_layers.h"
#include "core/diffusion/resnet_block.h"

#include <QtTest>

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
  void upsampling_without_gradients_is_upsampling() {
    Parameters parameters = Parameters::random(3);
    const Upsample up(parameters, "up", 5);
    parameter(parameters, "up.conv.bias").copy_(waves({5}, 1.3));
    const Tensor x = waves({2, 5, 6, 7}, 0.71);
    const Tensor expected = up(x);
    QCOMPARE(expected.sizes(), at::IntArrayRef({2, 5, 12, 14}));
    const at::NoGradGuard no_grad;
    QVERIFY(at::allclose(up(x), expected, 1e-5, 1e-5));
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
