// SPDX-License-Identifier: Apache-2.0
// Equations (9), (10) and (11): what HPDM adds to a frozen UNet.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/diffusion/hpdm.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/reprojection/carry.h"
#include "tests/diffusion/small_networks.h"
#include "tests/reprojection/test_views.h"

#include <QTemporaryDir>
#include <QtTest>

#include <map>

using namespace portrait;

namespace {

constexpr int kSide = 16;

UNetConfig tiny_unet() {
  UNetConfig config = compact_unet();
  config.in_channels = config.out_channels = 4;
  config.sizes.block_out_channels = {8, 16, 16};
  config.attention.heads = {2, 2, 2};
  config.attention.cross_attention_dim = 12;
  return config;
}

HpdmConfig tiny_hpdm() {
  HpdmConfig config;
  config.control = {4, 5, tiny_unet().sizes};
  config.geometry_width = 16;
  return config;
}

Tensor normal(at::IntArrayRef shape, std::uint32_t index) {
  Tensor tensor = at::empty(shape);
  RandomStream stream({3, random_purpose("hpdm test"), index, 0});
  stream.fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
  return tensor;
}

// Every parameter drawn, those that start at zero too.
TensorMap drawn(const Parameters& parameters) {
  TensorMap tensors;
  std::uint32_t index = 100;
  for (const auto& [name, tensor] : parameters.named()) {
    tensors[name] = tensor + 0.1 * normal(tensor.sizes(), index++);
  }
  return tensors;
}

TensorMap drawn_hpdm(const HpdmConfig& config = tiny_hpdm()) {
  Parameters parameters = Parameters::random(4);
  const Hpdm network(parameters, config);
  return drawn(parameters);
}

ViewLink link_between(double from_deg, double to_deg) {
  return {ball_view(rig_camera({from_deg, 0}), 64), rig_camera({to_deg, 0}), kSide, kSide,
          tiny_unet().sizes};
}

HpdmView two_views() {
  HpdmView view;
  view.projected = normal({2, 4, kSide, kSide}, 0);
  view.known = (normal({2, 1, kSide, kSide}, 1) > 0).to(at::kFloat);
  view.driving = normal({2, 4, kSide, kSide}, 2);
  view.normals = normal({2, 4, kSide, kSide}, 3);
  view.coarse = normal({2, 4, kSide, kSide}, 4);
  view.links = {link_between(0, 30), link_between(30, 60)};
  return view;
}

struct Setting {
  Tensor latents = normal({2, 4, kSide, kSide}, 5);
  Tensor t = at::tensor({400, 60}, at::kLong);
  Tensor context = normal({2, 3, 12}, 6);
  HpdmView view = two_views();
  Parameters unet_parameters = Parameters::random(8);
  TensorMap unet_tensors = [this] {
    UNet2DConditionModel(unet_parameters, tiny_unet());
    return drawn(unet_parameters);
  }();
  std::shared_ptr<const UNet2DConditionModel> unet = load_unet(unet_tensors, tiny_unet());

  std::vector<Tensor> added(const Hpdm& hpdm, const HpdmWeights& weights = {}) const {
    return hpdm(latents, t, view, hpdm.conditioning(view, weights), weights);
  }
  Tensor answer(const Hpdm& hpdm, const HpdmWeights& weights = {}) const {
    return (*unet)(latents, t, context, added(hpdm, weights));
  }
  Tensor alone() const { return (*unet)(latents, t, context); }
};

}  // namespace

class HpdmTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void with_zero_convolutions_at_zero_the_base_answers() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    Parameters fresh = Parameters::random(1);
    const Hpdm hpdm(fresh, tiny_hpdm());
    QVERIFY(at::equal(setting.answer(hpdm), setting.alone()));
    const auto started = load_hpdm(hpdm_of_unet(setting.unet_tensors, tiny_hpdm(), 1), tiny_hpdm());
    QVERIFY(at::equal(setting.answer(*started), setting.alone()));
    QVERIFY(!at::equal(setting.answer(*load_hpdm(drawn_hpdm(), tiny_hpdm())), setting.alone()));
  }

  void its_layers_start_as_the_unet_s() {
    const Setting setting;
    const TensorMap& unet = setting.unet_tensors;
    const TensorMap start = hpdm_of_unet(unet, tiny_hpdm(), 1);
    const std::string layer = "mid_block.resnets.0.conv1.weight";
    QVERIFY(at::equal(start.at("explicit." + layer), unet.at(layer)));
    QVERIFY(at::equal(start.at("implicit." + layer), unet.at(layer)));
    const Tensor in = start.at("implicit.conv_in_condition.weight");
    QVERIFY(at::equal(in.narrow(1, 0, 4), unet.at("conv_in.weight")));
    QVERIFY(at::equal(in.narrow(1, 4, 4), unet.at("conv_in.weight")));
    QVERIFY(!in.narrow(1, 8, 1).any().item<bool>());
    TensorMap lacking = unet;
    lacking.erase(layer);
    try {
      hpdm_of_unet(lacking, tiny_hpdm(), 1);
      QFAIL("a layer is missing");
    } catch (const Error& e) {
      QVERIFY(e.code() == ErrorCode::kCorrupt);
      QVERIFY(std::string(e.what()).find(layer) != std::string::npos);
    }
  }

  // (9): the branch's features through zero convolutions, times w_ex.
  void the_control_weight_scales_what_is_added() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    const auto hpdm = load_hpdm(drawn_hpdm(), tiny_hpdm());
    const std::vector<Tensor> whole = setting.added(*hpdm);
    const std::vector<Tensor> half = setting.added(*hpdm, {.explicit_branch = 0.5});
    for (std::size_t i = 0; i < whole.size(); ++i) {
      QVERIFY(at::allclose(half[i], 0.5 * whole[i], 1e-5, 1e-6));
    }
    QVERIFY(setting.added(*hpdm, {.explicit_branch = 0}).empty());
  }

  // What is read in place of the links on a device, at every reduction and with closed holes.
  void matrices_carry_as_links_do() {
    const at::NoGradGuard no_grad;
    Setting setting;
    const auto hpdm = load_hpdm(drawn_hpdm(), tiny_hpdm());
    const std::vector<Tensor> by_links = setting.added(*hpdm);
    int shared = 0;
    for (const auto& [reduction, entries] : link_entries(setting.view.links)) {
      setting.view.matrices[reduction] = entries.on(at::kCPU);
      const LinkMatrices& made = setting.view.matrices.at(reduction);
      const Tensor sums = made.carried.sum(2).view_as(made.known);
      QVERIFY(at::allclose(sums, made.known, 0, 1e-6));
      shared += made.carried.gt(0).sum(2).gt(1).sum().item<int>();
    }
    QCOMPARE(setting.view.matrices.size(), std::size_t{3});
    QVERIFY(shared > 0);  // or no hole was closed and nothing was tried
    const std::vector<Tensor> by_matrices = setting.added(*hpdm);
    for (std::size_t i = 0; i < by_links.size(); ++i) {
      QVERIFY(relative_difference(by_matrices[i], by_links[i]) < 1e-5);
    }
    setting.view.matrices.at(1).carried.zero_();
    QVERIFY(relative_difference(setting.added(*hpdm).back(), by_links.back()) > 1e-3);
  }

  // (10) at one layer, from the parts: features of the driving image, reprojected, merged.
  void features_of_the_driving_image_are_reprojected_and_merged() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    const TensorMap tensors = drawn_hpdm();
    const auto hpdm = load_hpdm(tensors, tiny_hpdm());
    const Tensor conditioning = hpdm->conditioning(setting.view);
    const auto part = [&](const std::string& prefix) {
      TensorMap own;
      for (const auto& [name, tensor] : tensors) {
        if (name.rfind(prefix, 0) == 0) own[name.substr(prefix.size())] = tensor;
      }
      return own;
    };
    Parameters of_implicit = Parameters::bound(part("implicit."));
    const ControlBranch implicit(of_implicit, tiny_hpdm().control, ControlBranch::Ends::kNone);
    const auto branch = load_brushnet(part("explicit."), tiny_hpdm().control);
    const std::vector<FeatureSite> sites = feature_sites(tiny_hpdm().control.sizes);
    std::vector<Tensor> features = branch->features(setting.latents, conditioning, setting.t);
    const Tensor ones = at::ones({2, 1, kSide, kSide});
    const std::vector<Tensor> others = implicit.features(
        setting.latents, at::cat({setting.view.driving, ones}, 1), setting.t);
    const double azimuths[2][2] = {{0, 30}, {30, 60}};
    for (std::size_t i = 0; i < sites.size(); ++i) {
      const int side = kSide / sites[i].reduction;
      std::vector<Tensor> carried;
      std::vector<Tensor> known;
      for (int b = 0; b < 2; ++b) {
        const DrivingView driving =
            resample_view(ball_view(rig_camera({azimuths[b][0], 0}), 64), side, side);
        const SplatMap map = make_splat(driving, rig_camera({azimuths[b][1], 0}), side, side);
        carried.push_back(carry_image_reference(map, others[i][b].contiguous()));
        known.push_back(map.known());
      }
      const TensorMap m = part("merge." + sites[i].name() + ".");
      const auto norm = [&](const Tensor& x, const std::string& name) {
        return at::silu(at::group_norm(x, 8, m.at(name + ".weight"), m.at(name + ".bias"), 1e-5));
      };
      const auto conv = [&](const Tensor& x, const std::string& name, int padding) {
        return at::conv2d(x, m.at(name + ".weight"), m.at(name + ".bias"), 1, padding);
      };
      Tensor x = norm(at::cat({features[i], at::stack(carried)}, 1), "norm1");
      x = conv(at::cat({x, at::stack(known)}, 1), "conv1", 0);
      x = conv(at::silu(conv(norm(x, "norm2"), "conv2", 1)), "zero", 0);
      features[i] = features[i] + 0.7 * x;
    }
    const std::vector<Tensor> expected = branch->outputs(features);
    const std::vector<Tensor> found = setting.added(*hpdm, {.implicit_branch = 0.7});
    for (std::size_t i = 0; i < sites.size(); ++i) {
      QVERIFY2(relative_difference(found[i], expected[i]) < 1e-5, sites[i].name().c_str());
    }
  }

  // A view linked to itself at every resolution is itself, and a void is empty.
  void links_carry_features_at_every_resolution() {
    const ViewLink same = link_between(20, 20);
    const ViewLink away = link_between(0, 180);
    for (const int reduction : {1, 2, 4}) {
      const int side = kSide / reduction;
      const Tensor feature = normal({3, side, side}, std::uint32_t(reduction));
      const Tensor known = same.known(reduction);
      QVERIFY(known.sum().item<double>() > 0.2 * side * side);
      QVERIFY(at::equal(same.carry(feature, reduction), feature * known));
      QVERIFY(!away.carry(feature, reduction).any().item<bool>());
    }
    QVERIFY_THROWS_EXCEPTION(Error, same.known(8));
  }

  // (11) moves z_proj by what normals and render say, and only them.
  void the_geometry_prior_enters_the_projected_latents() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    const auto hpdm = load_hpdm(drawn_hpdm(), tiny_hpdm());
    const Tensor with = hpdm->conditioning(setting.view);
    const Tensor without = hpdm->conditioning(setting.view, {.geometry_prior = 0});
    QVERIFY(at::equal(without, at::cat({setting.view.projected, setting.view.known}, 1)));
    QVERIFY(!at::allclose(with, without, 1e-3, 1e-3));
    QVERIFY(at::equal(with.narrow(1, 4, 1), setting.view.known));
    HpdmView other = setting.view;
    other.normals = other.normals + 1;
    QVERIFY(!at::allclose(hpdm->conditioning(other), with, 1e-3, 1e-3));
    other = setting.view;
    other.coarse = Tensor();
    QVERIFY_THROWS_EXCEPTION(Error, hpdm->conditioning(other));
  }

  // What is muted is not read; a network trained without a part does not have it.
  void parts_that_are_off_need_nothing() {
    const at::NoGradGuard no_grad;
    Setting setting;
    const auto whole = load_hpdm(drawn_hpdm(), tiny_hpdm());
    setting.view.normals = setting.view.coarse = setting.view.driving = Tensor();
    setting.view.links.clear();
    const HpdmWeights muted{.implicit_branch = 0, .geometry_prior = 0};
    const Tensor answer = setting.answer(*whole, muted);
    QVERIFY(!at::equal(answer, setting.alone()));
    HpdmConfig bare = tiny_hpdm();
    bare.geometry_prior = bare.implicit = false;
    TensorMap tensors = drawn_hpdm();
    for (auto it = tensors.begin(); it != tensors.end();) {
      it = it->first.rfind("explicit.", 0) == 0 ? std::next(it) : tensors.erase(it);
    }
    QVERIFY(at::equal(setting.answer(*load_hpdm(tensors, bare)), answer));
    QVERIFY_THROWS_EXCEPTION(Error, load_hpdm(tensors, tiny_hpdm()));
    QVERIFY_THROWS_EXCEPTION(Error, setting.answer(*whole));
  }

  void every_part_learns_through_the_frozen_base() {
    const Setting setting;
    const TensorMap tensors = drawn_hpdm();
    for (const auto& [name, tensor] : tensors) tensor.set_requires_grad(true);
    const auto hpdm = load_hpdm(tensors, tiny_hpdm());
    setting.answer(*hpdm).square().sum().backward();
    for (const auto& [name, tensor] : tensors) {
      QVERIFY2(tensor.grad().defined() && tensor.grad().any().item<bool>(), name.c_str());
    }
    for (const auto& [name, tensor] : setting.unet_tensors) QVERIFY(!tensor.grad().defined());
  }

  // Slopes of the res-blocks against differences, in double precision.
  void gradients_of_the_merges() {
    Parameters of_merge = Parameters::random(2);
    const FeatureMerge fresh(of_merge, "merge", 4, 2);
    Parameters of_prior = Parameters::random(2);
    const GeometryPrior fresh_prior(of_prior, "geometry", 2, 4, 2);
    const auto in_double = [](const Parameters& parameters) {
      TensorMap tensors = drawn(parameters);
      for (auto& [name, tensor] : tensors) tensor = tensor.to(at::kDouble);
      return tensors;
    };
    Parameters merge_parameters = Parameters::bound(in_double(of_merge));
    const FeatureMerge merge(merge_parameters, "merge", 4, 2);
    Parameters prior_parameters = Parameters::bound(in_double(of_prior));
    const GeometryPrior prior(prior_parameters, "geometry", 2, 4, 2);
    const Tensor known = (normal({1, 1, 3, 3}, 9) > 0).to(at::kDouble);
    const auto slopes_agree = [&](const Tensor& at_x, const std::function<Tensor(const Tensor&)>& f) {
      Tensor x = at_x.to(at::kDouble).set_requires_grad(true);
      f(x).backward();
      const Tensor direction = normal(x.sizes(), 12).to(at::kDouble);
      const double h = 1e-6;
      const at::NoGradGuard no_grad;
      const double slope =
          ((f(x + h * direction) - f(x - h * direction)) / (2 * h)).item<double>();
      return std::abs((x.grad() * direction).sum().item<double>() - slope) <
             1e-6 * (1 + std::abs(slope));
    };
    const Tensor mine = normal({1, 4, 3, 3}, 10).to(at::kDouble);
    QVERIFY(slopes_agree(normal({1, 4, 3, 3}, 11), [&](const Tensor& other) {
      return merge(mine, other, known, 0.8).square().sum();
    }));
    const Tensor z = normal({1, 2, 3, 3}, 10).to(at::kDouble);
    QVERIFY(slopes_agree(normal({1, 2, 3, 3}, 11), [&](const Tensor& normals) {
      return prior(z, known, normals, z, 0.8).square().sum();
    }));
  }

  void a_pack_keeps_it() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    HpdmConfig config = tiny_hpdm();
    const TensorMap tensors = drawn_hpdm();
    add_small_network(path, "hpdm", tensors, to_json(config));
    const auto read = load_hpdm(ModelPack::open(path));
    QVERIFY(at::allclose(setting.answer(*read), setting.answer(*load_hpdm(tensors, config)), 1e-5,
                         1e-5));
    auto json = to_json(config);
    json["geometry_width"] = 3;
    QVERIFY_THROWS_EXCEPTION(Error, hpdm_config(json));
    json = to_json(config);
    json["implicit"] = 7;
    QVERIFY_THROWS_EXCEPTION(Error, hpdm_config(json));
  }

  void a_pack_with_brushnet_alone_has_the_explicit_branch() {
    const at::NoGradGuard no_grad;
    const Setting setting;
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    HpdmConfig bare = tiny_hpdm();
    bare.implicit = bare.geometry_prior = false;
    const TensorMap tensors = drawn_hpdm(bare);
    TensorMap brushnet;
    for (const auto& [name, tensor] : tensors) {
      brushnet[name.substr(std::string("explicit.").size())] = tensor;
    }
    add_small_network(path, "brushnet", brushnet, to_json(bare.control));
    const ModelPack pack = ModelPack::open(path);
    QVERIFY(has_hpdm(pack));
    QVERIFY(!pack_hpdm(pack).implicit && !pack_hpdm(pack).geometry_prior);
    const Tensor expected = setting.answer(*load_hpdm(tensors, bare));
    QVERIFY(at::allclose(setting.answer(*load_hpdm(pack)), expected, 1e-5, 1e-5));
    // Eight bits of each number.
    const Tensor half = setting.answer(*load_hpdm(pack, PrecisionChoice::kHalf));
    const double difference = ((half - expected).norm() / expected.norm()).item<double>();
    QVERIFY2(difference > 1e-6 && difference < 0.03, qPrintable(QString::number(difference)));
  }
};

QTEST_GUILESS_MAIN(HpdmTest)
#include "hpdm_test.moc"
