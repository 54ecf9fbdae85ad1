// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/training/hpdm_base.h"
#include "core/training/hpdm_batch.h"
#include "core/training/hpdm_trainer.h"
#include "core/training/install_weights.h"
#include "core/training/unet_networks.h"
#include "tests/training/tiny_pairs.h"

#include <QtTest>

#include <array>
#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

UnetNetworksConfig tiny_base() {
  UnetNetworksConfig config;
  config.unet.in_channels = config.unet.out_channels = 4;
  config.unet.sizes.block_out_channels = {16, 16};
  config.unet.sizes.layers_per_block = 1;
  config.unet.sizes.norm_num_groups = 4;
  config.unet.attention = {{true, false}, true, {2, 2}, 16, 1, false};
  config.conditioner = {4, 16, 1, {8, 8, 8, 8}, 4, 1, 16};
  return config;
}

}  // namespace

class HpdmTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;
  PairProvenance provenance_;

  void add(const std::string& id, const TensorMap& tensors, const nlohmann::json& config) {
    PackNetwork network;
    network.id = id;
    network.file = id + ".safetensors";
    network.config = config;
    save_tensors(root_ / "pack" / network.file, tensors);
    add_network(root_ / "pack", network);
  }

  HpdmTrainingOptions options(const std::string& out, int steps) const {
    HpdmTrainingOptions options;
    options.cache = root_ / "pairs";
    options.pack = root_ / "pack";
    options.run.out = root_ / out;
    options.run.batch = 4;
    options.run.minutes = 20;
    options.run.steps = steps;
    options.run.report_seconds = 1e9;
    options.run.validation_seconds = 1e9;
    options.run.learning_rate = 3e-3;
    options.pace = {.warm_up_steps = 5, .final_rate = 1, .averaging = 0.95};
    options.large_share = 0;
    options.scored = 6;
    options.hpdm.control = {4, 5, tiny_base().unet.sizes};
    options.hpdm.geometry_width = 8;
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    make_vae_pack(root_ / "pack", 1);
    add("prior", {{"x", at::ones({1})}}, nlohmann::json::object());
    TensorMap base = UnetNetworks::random(tiny_base(), 2);
    // A fresh UNet answers zero whatever it is told; this one has learned something.
    Tensor& out = base.at("unet.conv_out.weight");
    out = at::empty_like(out);
    RandomStream({2, random_purpose("test"), 0, 0})
        .fill_normal({out.data_ptr<float>(), std::size_t(out.numel())});
    out = 0.1 * out;
    nlohmann::json config = to_json(tiny_base().unet);
    config["schedule"] = to_json(ScheduleConfig{.prediction_type = Prediction::kVelocity});
    add("unet", UnetNetworks::part(base, "unet"), config);
    add("conditioner", UnetNetworks::part(base, "conditioner"), to_json(tiny_base().conditioner));
    const ModelPack pack = ModelPack::open(root_ / "pack");
    provenance_ = {latent_space_of(pack), pack.network("prior").sha256};
    fs::create_directories(root_ / "pairs");
    for (std::uint32_t s = 0; s < 3; ++s) {
      const std::string name = s == 2 ? "heldout_000002" : "pairs_00000" + std::to_string(s);
      save_pairs(root_ / "pairs" / (name + ".safetensors"), tiny_pairs(s, s == 1), provenance_);
    }
  }

  void a_file_gives_what_was_put_in() {
    const PairFile file(root_ / "pairs/pairs_000001.safetensors", provenance_);
    const auto tensors = tiny_pairs(1, true);
    QVERIFY(file.has_large());
    QCOMPARE(file.channels(), 4);
    const Tensor truth = tensors.at("small.truth");
    QVERIFY(at::allclose(file.truth(5, false)[0], truth[5], 1e-2, 1e-3));
    const UNetSizes sizes = tiny_base().unet.sizes;
    const HpdmView exact = file.view(3, PairKind::kExact, true, false, sizes);
    const int driver = standard_viewpoint_rig()[3].driver;
    QVERIFY(at::equal(exact.driving, file.truth(driver, false)));
    QVERIFY(at::allclose(exact.normals[0], tensors.at("small.normals")[0][3], 1e-2, 1e-3));
    const HpdmView rough = file.view(3, PairKind::kRough, false, true, sizes);
    QVERIFY(at::equal(rough.driving, file.render(driver, true)));
    QVERIFY(at::allclose(rough.normals[0], tensors.at("large.normals")[1][3], 1e-2, 1e-3));
    QVERIFY(at::equal(file.view(0, PairKind::kExact, true, false, sizes).driving,
                      file.photo(false)));
    // The links are those of the cameras: a neighbour is mostly known, at both resolutions.
    for (const int reduction : {1, 2}) {
      QVERIFY(exact.links.front().known(reduction).mean().item<double>() > 0.2);
    }
    QVERIFY_THROWS_EXCEPTION(Error, file.truth(13, false));
    QVERIFY_THROWS_EXCEPTION(
        Error, PairFile(root_ / "pairs/pairs_000000.safetensors", provenance_).truth(0, true));
  }

  void pairs_of_other_networks_are_refused() {
    QVERIFY_THROWS_EXCEPTION(
        Error, PairFile(root_ / "pairs/pairs_000000.safetensors", {"other", "prior"}));
  }

  void all_kinds_are_drawn() {
    std::vector<PairFile> files;
    for (const auto& path : list_pair_cache(root_ / "pairs", false)) {
      files.emplace_back(path, provenance_);
    }
    std::array<int, kPairKinds> count{};
    RandomStream random({4, random_purpose("test"), 0, 0});
    for (int i = 0; i < 2000; ++i) {
      ++count[std::size_t(draw_pair(files, false, 0, random).kind)];
      QCOMPARE(draw_pair(files, true, 0, random).file, 1);
    }
    for (const int n : count) QVERIFY(n > 200);
  }

  // What it is told gives the answer away: the branches learn to use it, the base is left alone.
  void branches_learn_what_they_are_told() {
    HpdmTrainingOptions told = options("run", 150);
    const auto before = fs::file_size(root_ / "pack/unet.safetensors");
    TrainingReport last;
    train_hpdm(told, [&](const TrainingReport& report) { last = report; });
    const auto& values = last.values;
    QVERIFY2(values.at("error_500") < 0.7 * values.at("base_500"),
             qPrintable(QString("%1 of %2")
                            .arg(values.at("error_500"))
                            .arg(values.at("base_500"))));
    QCOMPARE(fs::file_size(root_ / "pack/unet.safetensors"), before);
    install_weights(told.run.out, "hpdm", root_ / "pack");
    const ModelPack pack = ModelPack::open(root_ / "pack");
    QCOMPARE(load_hpdm(pack)->config().control.in_channels, 4);
    QCOMPARE(pack.network("hpdm").config.at("unet_sha256").get<std::string>(),
             pack.network("unet").sha256);
  }

  void timesteps_gather_where_views_are_painted_from() {
    RandomStream random({1, random_purpose("test"), 0, 0});
    int painting = 0;
    for (int i = 0; i < 4000; ++i) {
      const int t = draw_timestep(random, kPaintingSteps);
      QVERIFY(t >= 20 && t <= 980);
      if (t >= 100 && t <= 560) ++painting;
    }
    QVERIFY2(std::abs(painting / 4000.0 - 0.948) < 0.015, qPrintable(QString::number(painting)));
  }

  void a_batch_starts_where_it_is_told_to() {
    std::vector<PairFile> files;
    for (const auto& path : list_pair_cache(root_ / "pairs", false)) {
      files.emplace_back(path, provenance_);
    }
    const UNetSizes sizes = tiny_base().unet.sizes;
    for (const double share : {0.0, 0.5, 1.0}) {
      HpdmDraw draw;
      draw.count = 40;
      draw.from_render = share;
      const HpdmBatch batch =
          draw_hpdm_batch(files, draw, {.sizes = sizes}, {5, random_purpose("test"), 0, 0});
      const double drawn = batch.from_render.mean().item<double>();
      QVERIFY(share == 0.5 ? drawn > 0.25 && drawn < 0.75 : drawn == share);
      const Tensor start = batch.start();
      for (int i = 0; i < draw.count; ++i) {
        const bool rendered = batch.from_render[i].item<float>() > 0;
        QVERIFY(at::allclose(start[i], rendered ? batch.render[i] : batch.base.clean[i], 0, 1e-6));
      }
      // Renders of the same views: half of the truth in these files.
      QVERIFY(at::allclose(batch.render, 0.5 * batch.base.clean, 1e-2, 1e-3));
    }
  }

  // Networks that only meet noised truth keep what is wrong with a render.
  void from_noised_renders_the_truth_is_learned() {
    const auto gain = [&](const char* out, double share) {
      HpdmTrainingOptions told = options(out, 120);
      told.from_render = share;
      TrainingReport last;
      train_hpdm(told, [&](const TrainingReport& report) { last = report; });
      return last.values.at("gain_300");
    };
    const double with = gain("from renders", 1);
    const double without = gain("from truth", 0);
    QVERIFY2(with > without + 1, qPrintable(QString("%1 dB, %2 dB").arg(with).arg(without)));
  }

  void a_run_goes_on_as_if_it_had_not_stopped() {
    train_hpdm(options("whole", 6), {});
    train_hpdm(options("parts", 3), {});
    HpdmTrainingOptions rest = options("parts", 3);
    rest.run.resume = true;
    train_hpdm(rest, {});
    const TensorMap parts = load_tensors(SafetensorsFile(root_ / "parts/hpdm.safetensors"));
    for (const auto& [name, tensor] :
         load_tensors(SafetensorsFile(root_ / "whole/hpdm.safetensors"))) {
      QVERIFY2(at::equal(tensor, parts.at(name)), name.c_str());
    }
  }

  void rows_of_fig_5_are_trained_without_a_part() {
    HpdmTrainingOptions bare = options("bare", 1);
    bare.hpdm.implicit = bare.hpdm.geometry_prior = false;
    bare.large_share = 1;  // of the one subject that has large latents
    train_hpdm(bare, {});
    for (const auto& [name, tensor] :
         load_tensors(SafetensorsFile(root_ / "bare/hpdm.safetensors"))) {
      QVERIFY2(name.rfind("explicit.", 0) == 0, name.c_str());
    }
  }

  void checkpoints_of_gradients_change_nothing_else() {
    train_hpdm(options("kept", 3), {});
    HpdmTrainingOptions anew = options("anew", 3);
    anew.gradient_checkpoints = true;
    train_hpdm(anew, {});
    const TensorMap kept = load_tensors(SafetensorsFile(root_ / "kept/hpdm.safetensors"));
    for (const auto& [name, tensor] :
         load_tensors(SafetensorsFile(root_ / "anew/hpdm.safetensors"))) {
      QVERIFY2(at::allclose(tensor, kept.at(name), 1e-4, 1e-5), name.c_str());
    }
  }

  void fresh_branches_take_the_bases_sizes_and_start_as_its_brushnet() {
    HpdmTrainingOptions wide = options("wide", 1);
    wide.hpdm = compact_hpdm();
    wide.run.learning_rate = 0;
    train_hpdm(wide, {});
    const TensorMap fresh = load_tensors(SafetensorsFile(root_ / "wide/hpdm.safetensors"));
    const fs::path pack = root_ / "with brushnet";
    fs::copy(root_ / "pack", pack, fs::copy_options::recursive);
    Parameters of_brushnet = Parameters::random(11);
    const ControlConfig control{4, 5, tiny_base().unet.sizes};
    const ControlBranch brushnet(of_brushnet, control);
    TensorMap tensors;
    for (const auto& [name, tensor] : of_brushnet.named()) tensors[name] = tensor + 0.25;
    PackNetwork network;
    network.id = "brushnet";
    network.file = "brushnet.safetensors";
    network.config = to_json(control);
    save_tensors(pack / network.file, tensors);
    add_network(pack, network);
    HpdmConfig config = options("", 1).hpdm;
    const TensorMap start = hpdm_start(ModelPack::open(pack), config, 1);
    int both = 0;
    for (const auto& [name, tensor] : start) {
      const bool branch = name.starts_with("explicit.") || name.starts_with("implicit.");
      if (!branch) continue;
      const std::string its = name.substr(name.find('.') + 1);
      QVERIFY2(at::equal(tensor, tensors.at(its)), name.c_str());
      both += name.starts_with("implicit.") ? 1 : 0;
    }
    QVERIFY(both > 10);
    QVERIFY(at::equal(fresh.at("merge.mid.zero.weight"),
                      at::zeros_like(fresh.at("merge.mid.zero.weight"))));
  }

  void branches_of_other_sizes_are_refused() {
    HpdmTrainingOptions wide = options("other", 1);
    const fs::path pack = root_ / "other pack";
    fs::create_directories(pack);
    Parameters of_hpdm = Parameters::random(1);
    HpdmConfig config = options("", 1).hpdm;
    config.control.sizes.block_out_channels = {8, 8};
    const Hpdm other(of_hpdm, config);
    TensorMap tensors;
    for (const auto& [name, tensor] : of_hpdm.named()) tensors[name] = tensor;
    PackNetwork network;
    network.id = "hpdm";
    network.file = "hpdm.safetensors";
    network.config = to_json(config);
    save_tensors(pack / network.file, tensors);
    add_network(pack, network);
    wide.run.from = pack;
    QVERIFY_THROWS_EXCEPTION(Error, train_hpdm(wide, {}));
    HpdmTrainingOptions none = options("none", 1);
    none.cache = root_ / "nowhere";
    QVERIFY_THROWS_EXCEPTION(Error, train_hpdm(none, {}));
  }
};

QTEST_GUILESS_MAIN(HpdmTrainerTest)
#include "hpdm_trainer_test.moc"
