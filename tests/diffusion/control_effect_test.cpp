// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/control_branch.h"
#include "core/diffusion/control_effect.h"
#include "core/diffusion/hpdm.h"
#include "core/nn/model_pack.h"
#include "core/nn/parameter_names.h"
#include "tests/diffusion/small_networks.h"

#include <QTemporaryDir>
#include <QtTest>

#include <functional>

using namespace portrait;

class ControlEffectTest : public QObject {
  Q_OBJECT
  QTemporaryDir temporary_;

  // A pack's network of ones, but zeros where `zero` says so.
  PackNetwork made(const std::string& id, const Parameters& names,
                   const std::function<bool(const std::string&)>& zero,
                   at::ScalarType type = at::kFloat) {
    TensorMap tensors;
    for (const auto& [name, listed] : names.named()) {
      // Trained in fp16, zeros may bear a sign.
      tensors[name] = zero(name) ? at::zeros(listed.sizes()).neg() : at::ones(listed.sizes());
    }
    const std::filesystem::path path = temporary_.filePath("n.safetensors").toStdString();
    save_tensors(path, tensors, {}, type);
    PackNetwork network;
    network.id = id;
    network.weights = std::make_shared<const SafetensorsFile>(path);
    return network;
  }

  static bool holds(const std::string& name, const char* part) {
    return name.find(part) != std::string::npos;
  }

 private Q_SLOTS:
  void a_brushnet_acts_once_one_zero_convolution_has_moved() {
    ControlConfig config;
    config.sizes = small_sizes();
    const Parameters names = names_of<ControlBranch>(config);
    for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
      const PackNetwork fresh = made(
          "brushnet", names, [](auto& name) { return holds(name, "brushnet_"); }, type);
      QVERIFY(!has_effect(fresh) && !control_parts(fresh).at(0).trained);
      const PackNetwork moved = made(
          "brushnet", names,
          [](auto& name) {
            return holds(name, "brushnet_") && name != "brushnet_up_blocks.3.bias";
          },
          type);
      QVERIFY(has_effect(moved) && control_parts(moved).at(0).trained);
    }
  }

  void parts_of_hpdm_are_told_apart() {
    HpdmConfig config;
    config.control.sizes = small_sizes();
    config.geometry_width = 8;
    const Parameters names = names_of<Hpdm>(config);
    const auto trained = [&](const std::function<bool(const std::string&)>& zero) {
      const PackNetwork network = made("hpdm", names, zero);
      std::string parts;
      for (const ControlPart& part : control_parts(network)) {
        parts += part.name + (part.trained ? "+ " : "- ");
      }
      if (has_effect(network) != (parts[15] == '+')) qFatal("parts and effect differ");
      return parts;
    };
    QCOMPARE(trained([](auto&) { return false; }),
             std::string("explicit_branch+ implicit_branch+ geometry_prior+ "));
    QCOMPARE(trained([](auto& name) { return holds(name, "merge.") && holds(name, ".zero."); }),
             std::string("explicit_branch+ implicit_branch- geometry_prior+ "));
    QCOMPARE(trained([](auto& name) { return holds(name, "geometry.zero."); }),
             std::string("explicit_branch+ implicit_branch+ geometry_prior- "));
    // All of it reaches the UNet through the Explicit-Branch.
    QCOMPARE(trained([](auto& name) { return holds(name, "explicit.brushnet_"); }),
             std::string("explicit_branch- implicit_branch- geometry_prior- "));
    config.implicit = false;
    config.geometry_prior = false;
    const PackNetwork alone =
        made("hpdm", names_of<Hpdm>(config), [](const std::string&) { return false; });
    QCOMPARE(control_parts(alone).size(), std::size_t{1});
  }

  void other_networks_have_no_such_parts() {
    const Parameters names = names_of<ControlBranch>(ControlConfig{4, 5, small_sizes()});
    const PackNetwork other = made("unet", names, [](const std::string&) { return true; });
    QVERIFY(control_parts(other).empty() && has_effect(other));
  }
};

QTEST_GUILESS_MAIN(ControlEffectTest)
#include "control_effect_test.moc"
