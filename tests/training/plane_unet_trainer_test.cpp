// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/field/field.h"
#include "core/nn/model_pack.h"
#include "core/prior/photo_lift.h"
#include "core/prior/plane_encoder.h"
#include "core/training/install_weights.h"
#include "core/training/plane_unet_trainer.h"
#include "tests/guidance/tiny_painter.h"

#include <nlohmann/json.hpp>

#include <QtTest>

#include <cmath>
#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;

// A prior and a diffusion model of toy size, and people of whom there is a photo alone.
class PlaneUNetTrainerTest : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  fs::path root_;

  void write_person(int number) const {
    const auto photo = [&] {
      Tensor picture = at::full({1, 256, 256, 4}, 128, at::kByte);
      picture.slice(1, 60, 220).slice(2, 70, 190).slice(3, 0, 1).fill_(150 + 20 * number);
      picture.slice(3, 3, 4).zero_();
      picture.slice(1, 60, 220).slice(2, 70, 190).slice(3, 3, 4).fill_(255);
      return picture;
    };
    const Tensor camera = camera_tensor(rig_camera({0, 0}));
    TensorMap tensors;
    tensors["photos"] = photo();
    tensors["cameras"] = camera.unsqueeze(0);
    tensors["occupancy_points"] = at::zeros({4, 3}, at::kShort);
    tensors["occupancy"] = at::ones({4}, at::kByte);
    tensors["surface_points"] = at::zeros({4, 3}, at::kShort);
    tensors["surface_rgb"] = at::zeros({4, 3}, at::kByte);
    tensors["patches"] = at::zeros({1, 128, 128, 4}, at::kByte);
    tensors["patch_points"] = at::zeros({1, 32, 32, 3}, at::kShort);
    tensors["patch_depth"] = at::zeros({1, 32, 32}, at::kHalf);
    tensors["patch_cameras"] = at::cat({camera, at::zeros({2})}).unsqueeze(0);
    save_tensors(root_ / "cache" / ("subject_00000" + std::to_string(number) + ".safetensors"),
                 tensors);
  }

  void write_prior() const {
    PlaneEncoderConfig config;
    config.token_width = 32;
    config.token_layers = 1;
    config.token_heads = 2;
    Parameters parameters = Parameters::random(3);
    const PlaneEncoder encoder(parameters, config);
    TensorMap tensors;
    for (const auto& [name, tensor] : parameters.named()) tensors["encoder." + name] = tensor;
    RandomStream random({1, 2, 3, 4});
    Decoder::random(random).save_to(tensors);
    SuperResolution::random(random).save_to(tensors);
    add_small_network(root_ / "pack", "prior", tensors, to_json(config));
  }

  PlaneUNetTrainingOptions options(const std::string& out, int steps) const {
    PlaneUNetTrainingOptions options;
    options.cache = root_ / "cache";
    options.pack = root_ / "pack";
    options.network.widths = {8, 16};
    options.size = 64;
    options.coarse = 8;
    options.fine = 6;
    options.validation = 1;
    options.run.out = root_ / out;
    options.run.minutes = 20;
    options.run.steps = steps;
    options.run.batch = 2;
    options.run.report_seconds = options.run.validation_seconds = 1e9;
    options.pace.warm_up_steps = 1;
    return options;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(folder_.path().toStdString());
    fs::create_directories(root_ / "cache");
    for (int number = 0; number < 3; ++number) write_person(number);
    TinyDiffusion(1).write(root_ / "pack");
    write_prior();
  }

  void it_learns_a_change_and_a_pack_takes_it() {
    TrainingReport last;
    train_plane_unet(options("run", 3), [&](const TrainingReport& report) { last = report; });
    QCOMPARE(last.samples_seen, 6);
    for (const char* value : {"distillation", "change", "residual", "residual_before"}) {
      QVERIFY2(last.values.count(value) == 1 && std::isfinite(last.values.at(value)), value);
    }
    QVERIFY(last.values.at("distillation") > 0);
    QVERIFY(last.values.at("residual_before") > 0);
    install_weights(root_ / "run", "geometry", root_ / "pack");
    const ModelPack pack = ModelPack::open(root_ / "pack");
    QCOMPARE(pack.network("geometry").samples_seen, 6);
    const LoadedPlaneUNet unet = load_plane_unet(pack);
    const Tensor planes = at::full({3, 2, 32, 16, 16}, 0.3);
    const at::NoGradGuard no_grad;
    QVERIFY((*unet.network)(planes).sub(planes).abs().max().item<float>() > 0);
    // Others may tell that it belongs to this prior and this model.
    QCOMPARE(pack.network("geometry").config.at("prior_sha256").get<std::string>(),
             pack.network("prior").sha256);
  }

  void a_run_that_was_stopped_goes_on_as_if_it_had_not_been() {
    train_plane_unet(options("whole", 4), {});
    train_plane_unet(options("parts", 2), {});
    PlaneUNetTrainingOptions rest = options("parts", 2);
    rest.run.resume = true;
    train_plane_unet(rest, {});
    const TensorMap whole =
        load_tensors(SafetensorsFile(root_ / "whole" / "checkpoint.safetensors"));
    const TensorMap parts =
        load_tensors(SafetensorsFile(root_ / "parts" / "checkpoint.safetensors"));
    QCOMPARE(whole.size(), parts.size());
    // The cosine runs over each run; that the same samples came is what is compared.
    QVERIFY(at::equal(whole.at("training.samples"), parts.at("training.samples")));
    QVERIFY(at::allclose(whole.at("in.weight"), parts.at("in.weight"), 0.05, 1e-3));
  }

  void without_subjects_or_networks_it_says_so() {
    PlaneUNetTrainingOptions wrong = options("wrong", 1);
    wrong.pack = root_ / "nowhere";
    QVERIFY_EXCEPTION_THROWN(train_plane_unet(wrong, {}), Error);
    wrong = options("wrong", 1);
    wrong.cache = root_ / "pack";
    QVERIFY_EXCEPTION_THROWN(train_plane_unet(wrong, {}), Error);
  }
};

QTEST_GUILESS_MAIN(PlaneUNetTrainerTest)
#include "plane_unet_trainer_test.moc"
