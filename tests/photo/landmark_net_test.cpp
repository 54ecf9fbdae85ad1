// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/photo/landmark_net.h"

#include "core/base/error.h"
#include "core/photo/landmark_finder.h"

#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

class LandmarkNetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void shapes_ranges_and_size() {
    const LandmarkNet net;
    QVERIFY(net.parameter_count() <= 1'000'000);
    const at::NoGradGuard no_grad;
    const auto out = net.forward(at::rand({3, 3, 128, 128}));
    QVERIFY(out.points.sizes() == at::IntArrayRef({3, 68, 2}));
    QVERIFY(out.log_scale.sizes() == at::IntArrayRef({3, 68}));
    QVERIFY(out.face_logit.sizes() == at::IntArrayRef({3}));
    QVERIFY(out.points.min().item<float>() > 0 && out.points.max().item<float>() < 1);
    QVERIFY_THROWS_EXCEPTION(Error, net.forward(at::rand({1, 3, 64, 64})));
  }

  // The decoder's maps and the soft-argmax agree on which axis is x: with the head's maps made to
  // pass an input channel that is bright in one place, the point goes there.
  void points_move_with_what_is_seen() {
    LandmarkNet net;
    TensorMap tensors = net.tensors();
    for (auto& [name, tensor] : tensors) tensor = at::zeros_like(tensor);
    // Brightness passes: stem -> down0 -> lateral0 -> heat, each by its centre tap.
    tensors["stem.weight"].index({0, at::indexing::Slice(), 2, 2}).fill_(1.0);
    tensors["down0.weight"][0][0][1][1].fill_(1.0);
    tensors["lateral0.weight"][0][0][0][0].fill_(1.0);
    tensors["heat.weight"].index({at::indexing::Slice(), 0, 0, 0}).fill_(50.0);
    const LandmarkNet probe(tensors, net.config());
    Tensor crop = at::zeros({1, 3, 128, 128});
    crop.index({0, at::indexing::Slice(), at::indexing::Slice(20, 28),
                at::indexing::Slice(90, 98)}).fill_(1.0);
    const at::NoGradGuard no_grad;
    const Tensor points = probe.forward(crop).points;
    QVERIFY(std::abs(points[0][5][0].item<float>() * 128 - 94) < 4);
    QVERIFY(std::abs(points[0][5][1].item<float>() * 128 - 24) < 4);
  }

  void gradient_reaches_every_parameter() {
    const LandmarkNet net;
    for (const auto& [name, tensor] : net.parameters()) {
      at::NoGradGuard no_grad;
      Tensor(tensor).add_(at::randn_like(tensor) * 0.02);
    }
    for (const auto& [name, tensor] : net.parameters()) Tensor(tensor).set_requires_grad(true);
    const auto out = net.forward(at::rand({2, 3, 128, 128}));
    (out.points.pow(2).sum() + out.log_scale.sum() + out.face_logit.sum()).backward();
    for (const auto& [name, tensor] : net.parameters()) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().abs().sum().item<float>() > 0,
               name.c_str());
    }
  }

  void saved_and_loaded_it_is_the_same() {
    QTemporaryDir folder;
    const auto path = std::filesystem::path(folder.path().toStdString()) / "net.safetensors";
    LandmarkNetConfig config;
    config.widths = {24, 32, 48, 64};
    const LandmarkNet net(config, 3);
    save_tensors(path, net.tensors());
    const SafetensorsFile file(path);
    const LandmarkNet loaded(load_tensors(file), landmark_net_config(to_json(net.config())));
    const at::NoGradGuard no_grad;
    const Tensor crops = at::rand({1, 3, 128, 128});
    QVERIFY(at::equal(net.forward(crops).points, loaded.forward(crops).points));
    TensorMap missing = net.tensors();
    missing.erase("heat.bias");
    QVERIFY_THROWS_EXCEPTION(Error, LandmarkNet(missing, net.config()));
    QVERIFY_THROWS_EXCEPTION(Error, landmark_net_config({{"stem", "many"}}));
  }

  // Crops from points follow the points when the picture turns, moves or grows.
  void crop_follows_the_points() {
    Points2 points;
    for (int i = 0; i < kLandmarkCount; ++i) {
      const auto& p = mean_landmarks()[std::size_t(i)];
      points.emplace_back(400 + 600 * p.x(), 300 - 600 * p.y());
    }
    const Affine2 crop = invert(landmark_crop(points));
    Affine2 move;
    move << 1.5 * std::cos(0.4), -1.5 * std::sin(0.4), 30, 1.5 * std::sin(0.4),
        1.5 * std::cos(0.4), -20;
    Points2 moved;
    for (const auto& p : points) moved.push_back(apply(move, p));
    const Affine2 crop_moved = invert(landmark_crop(moved));
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Eigen::Vector2d p = apply(crop, points[i]);
      QVERIFY((p - apply(crop_moved, moved[i])).norm() < 1e-6);
      QVERIFY(p.x() > 4 && p.y() > 4 && p.x() < 124 && p.y() < 124);
    }
  }
};

QTEST_GUILESS_MAIN(LandmarkNetTest)
#include "landmark_net_test.moc"
