// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/prior/plane_unet.h"

#include <nlohmann/json.hpp>

#include <QtTest>

using namespace portrait;

namespace {

PlaneUNetConfig small_config() {
  PlaneUNetConfig config;
  config.plane_channels = 4;
  config.widths = {8, 16};
  return config;
}

Tensor some_planes(const PlaneUNetConfig& config, std::int64_t resolution) {
  return at::linspace(-1, 1,
                      3 * config.depth_slices * config.plane_channels * resolution * resolution)
      .sin()
      .view({3, config.depth_slices, config.plane_channels, resolution, resolution});
}

}  // namespace

class PlaneUNetTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void untrained_it_is_the_identity() {
    const PlaneUNetConfig config;
    const LoadedPlaneUNet unet = make_plane_unet({}, config);
    const Tensor planes = some_planes(config, 16);
    const at::NoGradGuard no_grad;
    QVERIFY(at::equal((*unet.network)(planes), planes));
  }

  void the_size_that_ships_keeps_to_its_share() {
    std::int64_t count = 0;
    for (const auto& [name, tensor] : make_plane_unet({}, {}).parameters) count += tensor.numel();
    QVERIFY2(count > 900'000 && count < 1'300'000, std::to_string(count).c_str());
  }

  // A gradient at one texel changes what the network makes of texels far from it: that is what it
  // is for.
  void one_texels_gradient_reaches_all_planes() {
    const PlaneUNetConfig config = small_config();
    const LoadedPlaneUNet unet = make_plane_unet({}, config);
    const Tensor planes = some_planes(config, 16);
    for (const auto& [name, tensor] : unet.parameters) tensor.set_requires_grad(true);
    for (int step = 0; step < 2; ++step) {  // the first moves the last convolution alone
      (*unet.network)(planes)[0][0][1][4][5].backward();
      const at::NoGradGuard no_grad;
      for (const auto& [name, tensor] : unet.parameters) {
        if (!tensor.grad().defined()) continue;
        Tensor(tensor).add_(tensor.grad());
        tensor.mutable_grad() = Tensor();
      }
    }
    const at::NoGradGuard no_grad;
    const Tensor change = (*unet.network)(planes)-planes;
    QVERIFY(change[0][0][1].abs().min().item<float>() > 0);  // everywhere on its own channel
    QVERIFY(std::isfinite(change.abs().max().item<float>()));
  }

  void a_network_comes_back_by_name() {
    const PlaneUNetConfig config = small_config();
    TensorMap values;
    for (const auto& [name, tensor] : make_plane_unet({}, config).parameters) {
      values[name] = at::full_like(tensor, 0.01);
    }
    const LoadedPlaneUNet unet = make_plane_unet(values, plane_unet_config(to_json(config)));
    QVERIFY(at::equal(unet.parameters.front().second, values.at(unet.parameters.front().first)));
    Tensor(unet.parameters.front().second).fill_(5);
    QVERIFY(values.at(unet.parameters.front().first).max().item<float>() < 1);
    values["unknown"] = at::ones({1});
    QVERIFY_EXCEPTION_THROWN(make_plane_unet(values, config), Error);
    values.erase("unknown");
    values.erase(values.begin());
    QVERIFY_EXCEPTION_THROWN(make_plane_unet(values, config), Error);
  }

  void configurations_and_shapes_that_make_no_network_are_refused() {
    nlohmann::json json = to_json(small_config());
    json["widths"] = {8, 12};
    QVERIFY_EXCEPTION_THROWN(plane_unet_config(json), Error);
    json["widths"] = {8};
    QVERIFY_EXCEPTION_THROWN(plane_unet_config(json), Error);
    const LoadedPlaneUNet unet = make_plane_unet({}, small_config());
    QVERIFY_EXCEPTION_THROWN((*unet.network)(some_planes(small_config(), 15)), Error);
    QVERIFY_EXCEPTION_THROWN((*unet.network)(at::zeros({3, 1, 4, 16, 16})), Error);
  }
};

QTEST_GUILESS_MAIN(PlaneUNetTest)
#include "plane_unet_test.moc"
