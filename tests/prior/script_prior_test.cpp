// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/trusted_code.h"
#include "core/prior/gan_prior.h"
#include "core/prior/portrait4d/portrait4d_prior.h"
#include "core/prior/script_prior.h"
#include "tests/prior/small_portrait4d.h"

#include <nlohmann/json.hpp>

#include <torch/csrc/jit/api/module.h>

#include <QTemporaryDir>
#include <QtTest>

#include <filesystem>
#include <fstream>

using namespace portrait;
namespace fs = std::filesystem;

namespace {

// Planes of 8 x 8 whose channel c is the photo's channel c % 3, areas averaged.
constexpr const char* kMeans = R"(
def forward(self, x):
    return torch.avg_pool2d(x, [4, 4]).repeat([1, 32, 1, 1])
)";
constexpr const char* kApart = R"(
def forward(self, x):
    return torch.avg_pool2d(x, [4, 4]).repeat([1, 32, 1, 1]).reshape([1, 3, 32, 8, 8])
)";
constexpr const char* kTooFew = R"(
def forward(self, x):
    return torch.avg_pool2d(x, [4, 4])
)";
constexpr const char* kFails = R"(
def forward(self, x):
    return torch.avg_pool2d(x, [4, 4]).view([1, 2, 3])
)";

// A folder with a pack whose prior is a script, and a home of its own.
class ScriptPack {
 public:
  explicit ScriptPack(const char* source, nlohmann::json extra = nlohmann::json::object(),
                      TensorMap tensors = {}) {
    if (tensors.empty()) {
      RandomStream random({1, 2, 3, 4});
      Decoder::random(random).save_to(tensors);
      SuperResolution::random(random).save_to(tensors);
    }
    torch::jit::Module module("planes");
    module.define(source);
    module.save((folder() / "planes.pt").string());
    save_tensors(folder() / "rest.safetensors", tensors);
    nlohmann::json config = {{"architecture", "torchscript"},
                             {"script", "planes.pt"},
                             {"script_sha256", sha()},
                             {"image", 32}};
    config.update(extra);
    PackNetwork network;
    network.id = "prior";
    network.file = "rest.safetensors";
    network.licence = "CC0-1.0";
    network.provenance = "a test";
    network.config = config;
    add_network(folder(), network);
    fs::create_directories(home() / "portrait-studio");
    qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(home().string()));
  }

  fs::path folder() const { return directory_.path().toStdString(); }
  fs::path home() const { return folder() / "home"; }
  std::string sha() const { return sha256_file(folder() / "planes.pt"); }
  void trust(const std::string& text) const { std::ofstream(trusted_code_file()) << text; }
  GanPrior load() const { return GanPrior::load(ModelPack::open(folder())); }
  // The error's message when its code is that, or what else came.
  std::string refusal(ErrorCode code) const {
    try {
      load().infer(photo());
    } catch (const Error& error) {
      return error.code() == code ? error.message() : "another code: " + error.message();
    }
    return "none";
  }

  static PriorInput photo() {
    const Tensor ramp = at::linspace(0.1, 0.9, 3 * 32 * 32).view({3, 32, 32});
    return {ramp, at::ones({1, 32, 32}), rig_camera({0, 0}), {}};
  }

 private:
  QTemporaryDir directory_;
};

bool says(const std::string& message, const std::string& word) {
  if (message.find(word) != std::string::npos) return true;
  qWarning("%s", message.c_str());
  return false;
}

}  // namespace

class ScriptPriorTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void code_is_not_run_unless_trusted() {
    const ScriptPack pack(kMeans);
    const std::string message = pack.refusal(ErrorCode::kBadInput);
    QVERIFY(says(message, pack.sha()));
    QVERIFY(says(message, trusted_code_file().string()));
    QVERIFY(says(message, "--trust-code"));
    pack.trust("0" + pack.sha().substr(1) + "\n# " + pack.sha() + "\n");
    QVERIFY(says(pack.refusal(ErrorCode::kBadInput), pack.sha()));
    pack.trust("# a friend's\n  " + pack.sha() + "  # planes\n");
    QCOMPARE(pack.refusal(ErrorCode::kBadInput), std::string("none"));
  }

  void a_trusted_script_makes_a_head() {
    for (const char* source : {kMeans, kApart}) {
      const ScriptPack pack(source);
      pack.trust(pack.sha());
      const Field head = pack.load().infer(ScriptPack::photo());
      QCOMPARE(head.planes.sizes(), at::IntArrayRef({3, 1, 32, 8, 8}));
      const Tensor means = at::avg_pool2d(ScriptPack::photo().crop.unsqueeze(0) * 2 - 1, {4, 4})[0];
      QVERIFY(at::allclose(head.planes[0][0][4], means[1], 1e-4, 1e-5));
      QVERIFY(at::allclose(head.planes[2][0][31], means[95 % 3], 1e-4, 1e-5));
      QVERIFY(!head.sr.empty());
      QCOMPARE(head.frame.half_extent, 0.5);
    }
  }

  void frames_are_the_packs_or_portrait4ds() {
    {
      const ScriptPack pack(kMeans, {{"world_scale", 0.5}, {"world_offset", {0.1, 0, 0}}});
      PackFrame frame;
      frame.box_warp = 1.6;
      frame.plane_axes = "xy,xz,zx";
      write_pack_json(pack.folder(), "a pack", "1", frame);
      pack.trust(pack.sha());
      const Field head = pack.load().infer(ScriptPack::photo());
      QVERIFY(std::abs(head.frame.half_extent - 0.4) < 1e-12);
      QCOMPARE(head.frame.planes[1].height_axis, 2);
      // One texel to the right: 0.1 at 8 texels of 0.8.
      QVERIFY(head.planes[0][0].select(2, 0).abs().max().item<float>() == 0);
      QVERIFY(head.planes[0][0].select(2, 1).abs().max().item<float>() > 0);
    }
    const ScriptPack pack(kMeans, {{"align", "portrait4d"}});
    pack.trust(pack.sha());
    const Field head = pack.load().infer(ScriptPack::photo());
    QCOMPARE(head.frame.half_extent, 0.65 * portrait4d_frame().scale);
  }

  void decoders_may_have_published_names() {
    const Portrait4DConfig config = small_portrait4d();
    TensorMap tensors;
    for (const auto& [name, tensor] : small_portrait4d_tensors(config)) {
      if (name == "w_avg" || name.rfind("decoder.", 0) == 0 ||
          name.rfind("superresolution.", 0) == 0) {
        tensors[name] = tensor;
      }
    }
    const ScriptPack pack(kMeans, {{"sr_widths", config.sr.blocks}, {"latent", config.sr.latent}},
                          tensors);
    pack.trust(pack.sha());
    const Field head = pack.load().infer(ScriptPack::photo());
    QVERIFY(head.sr.kind == SuperResolution::Kind::kHybrid);
    const Tensor& stored = tensors.at("decoder.net.0.weight");
    QVERIFY(at::allclose(head.decoder.w0, stored / std::sqrt(32.0)));
  }

  void what_does_not_fit_is_named() {
    const auto refusal = [](const char* source, const nlohmann::json& extra) {
      const ScriptPack pack(source, extra);
      pack.trust(pack.sha());
      return pack.refusal(ErrorCode::kCorrupt);
    };
    QVERIFY(says(refusal(kTooFew, nlohmann::json::object()), "[1,3,8,8]"));
    QVERIFY(says(refusal(kFails, nlohmann::json::object()), "planes.pt"));
    QVERIFY(says(refusal(kMeans, {{"script", "../planes.pt"}}), "../planes.pt"));
    QVERIFY(says(refusal(kMeans, {{"script_sha256", "0123"}}), "0123"));
    QVERIFY(says(refusal(kMeans, {{"align", "askew"}}), "askew"));
    QVERIFY(says(refusal(kMeans, {{"world_offset", "here"}}), "world_offset"));
    const ScriptPack absent(kMeans, {{"script", "other.pt"}});
    QVERIFY(says(absent.refusal(ErrorCode::kNotFound), "other.pt"));
    // Not TorchScript at all, though trusted.
    const ScriptPack text(kMeans);
    std::ofstream(text.folder() / "planes.pt") << "planes";
    const ScriptPack other(kMeans, {{"script_sha256", text.sha()}});
    std::ofstream(other.folder() / "planes.pt") << "planes";
    other.trust(other.sha());
    QVERIFY(says(other.refusal(ErrorCode::kCorrupt), "planes.pt"));
    QVERIFY_EXCEPTION_THROWN(plane_axes_of("xy,yz"), Error);
    QVERIFY_EXCEPTION_THROWN(plane_axes_of("xy,yy,zx"), Error);
    QVERIFY_EXCEPTION_THROWN(plane_axes_of("xy,yw,zx"), Error);
    QCOMPARE(plane_axes_of("xz,zy,yx")[1].width_axis, 2);
  }

  // The last, for it holds until the process ends.
  void a_run_may_trust_all() {
    const ScriptPack pack(kMeans);
    QVERIFY(!code_is_trusted(pack.sha()));
    trust_code_of_this_run();
    QCOMPARE(pack.refusal(ErrorCode::kBadInput), std::string("none"));
  }
};

QTEST_GUILESS_MAIN(ScriptPriorTest)
#include "script_prior_test.moc"
