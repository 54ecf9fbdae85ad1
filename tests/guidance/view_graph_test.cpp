// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/guidance/view_graph.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

#include <algorithm>

using namespace portrait;

namespace {

constexpr int kWidth = 12;

ViewGraphOptions options_of() {
  ViewGraphOptions options;
  options.width = kWidth;
  options.coarse = 16;
  options.fine = 12;
  return options;
}

Tensor numbers(at::IntArrayRef shape, std::uint32_t index) {
  Tensor t = at::empty(shape);
  RandomStream random({3, random_purpose("view graph test"), index, 0});
  random.fill_normal({t.data_ptr<float>(), static_cast<std::size_t>(t.numel())});
  return t;
}

double largest(const Tensor& t) {
  return t.abs().max().item<double>();
}

}  // namespace

class ViewGraphTest : public QObject {
  Q_OBJECT

  Field head_ = tiny_head({0.8F, 0.3F, 0.2F});
  Camera camera_ = rig_camera({20, 5});

  // Of depths, where there is matter: rays without have the call's largest.
  PictureGradient gradient(std::uint32_t index) const {
    const Tensor solid = ViewGraph(head_, camera_, options_of()).opacity() > 0.9;
    return {numbers({3, 4 * kWidth, 4 * kWidth}, index), numbers({3, kWidth, kWidth}, index + 1),
            numbers({kWidth, kWidth}, index + 2), numbers({kWidth, kWidth}, index + 3) * solid};
  }

  // The same through one graph of LibTorch's.
  GradientList through_autograd(const PictureGradient& of) const {
    RenderOptions options;
    options.coarse = 16;
    options.fine = 12;
    options.background = {{0.5F, 0.5F, 0.5F}};
    for (const auto& [name, tensor] : head_.parameters()) tensor.mutable_grad() = Tensor();
    const RenderOutput out = render_reference(head_, camera_rays(camera_, kWidth, kWidth), options);
    const Tensor features = out.features.t().reshape({1, kFieldChannels, kWidth, kWidth});
    const Tensor picture = head_.sr.forward(features)[0];
    const Tensor loss = (picture * of.rgb).sum() + (features[0].narrow(0, 0, 3) * of.low).sum() +
                        (out.opacity.reshape({kWidth, kWidth}) * of.opacity).sum() +
                        (out.depth.reshape({kWidth, kWidth}) * of.depth).sum();
    loss.backward();
    GradientList all;
    for (const auto& [name, tensor] : head_.parameters()) all.push_back(tensor.grad());
    return all;
  }

 private Q_SLOTS:
  void initTestCase() {
    // A fresh super-resolution's last layer is zero and would hide what is before it.
    for (const auto& [name, tensor] : head_.sr.parameters) {
      const at::NoGradGuard no_grad;
      if (largest(tensor) == 0) tensor.copy_(numbers(tensor.sizes(), 40) * 0.05);
    }
    head_.requires_grad(true);
  }

  void gradients_are_those_of_one_graph() {
    const PictureGradient wanted = gradient(0);
    const ViewGraph graph(head_, camera_, options_of());
    const GradientList found = graph.pull(wanted);
    const GradientList expected = through_autograd(wanted);
    QCOMPARE(found.size(), head_.parameters().size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double scale = std::max(1e-3, largest(expected[i]));
      QVERIFY2(largest(found[i] - expected[i]) < 2e-3 * scale, head_.parameters()[i].first.c_str());
    }
  }

  void two_at_once_are_each_alone() {
    const ViewGraph graph(head_, camera_, options_of());
    const PictureGradient a = gradient(0);
    const PictureGradient b = gradient(10);
    const auto pair = graph.pull_pair(a, b);
    const GradientList alone[2] = {graph.pull(a), graph.pull(b)};
    for (int k = 0; k < 2; ++k) {
      for (std::size_t i = 0; i < alone[k].size(); ++i) {
        const double scale = std::max(1e-3, largest(alone[k][i]));
        QVERIFY(largest(pair[std::size_t(k)][i] - alone[k][i]) < 1e-4 * scale);
      }
    }
  }

  void what_nothing_is_said_of_gets_no_gradient() {
    const ViewGraph graph(head_, camera_, options_of());
    PictureGradient only_low;
    only_low.low = numbers({3, kWidth, kWidth}, 5);
    const GradientList found = graph.pull(only_low);
    QVERIFY(largest(found[0]) > 0);
    for (std::size_t i = 5; i < found.size(); ++i) QVERIFY(!found[i].defined());
  }

  void the_picture_is_the_renderers_and_normals_point_outwards() {
    const ViewGraph graph(head_, camera_, options_of());
    RenderOptions options;
    options.coarse = 16;
    options.fine = 12;
    options.background = {{0.5F, 0.5F, 0.5F}};
    const at::NoGradGuard no_grad;
    const RenderedImage image = render_neural(head_, camera_, kWidth, options);
    QVERIFY(largest(graph.rgb() - image.neural) < 1e-4);
    QVERIFY(largest(graph.opacity() - image.opacity) < 1e-5);
    QVERIFY(!graph.rgb().requires_grad());
    // A ball's normals are its points; where it is seen face on.
    const Tensor normals = graph.normals();
    const Ray ray = camera_ray(camera_, 0.5, 0.5);
    const Tensor middle = normals.select(1, kWidth / 2).select(1, kWidth / 2);
    double along = 0;
    for (int axis = 0; axis < 3; ++axis) along -= middle[axis].item<double>() * ray.direction[axis];
    QVERIFY2(along > 0.6, std::to_string(along).c_str());
  }
};

QTEST_GUILESS_MAIN(ViewGraphTest)
#include "view_graph_test.moc"
