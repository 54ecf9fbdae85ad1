// SPDX-License-Identifier: Apache-2.0
// Pictures of a view and its driver become what HPDM reads: equation (8) and the encodings.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/diffusion/hpdm_inputs.h"
#include "tests/reprojection/test_views.h"

#include <QtTest>

using namespace portrait;

namespace {

constexpr int kSide = 64;

AutoencoderConfig small_vae() {
  AutoencoderConfig config = compact_autoencoder();
  config.latent_channels = 4;
  config.block_out_channels = {8, 8, 8};
  config.scaling_factor = 0.5;
  return config;
}

HpdmConfig small_hpdm() {
  HpdmConfig config;
  config.control = {4, 5, compact_control().sizes};
  return config;
}

Tensor picture(std::uint32_t index) {
  Tensor tensor = at::empty({3, kSide, kSide});
  RandomStream({5, random_purpose("hpdm inputs test"), index, 0})
      .fill_normal({tensor.data_ptr<float>(), std::size_t(tensor.numel())});
  return tensor * 0.1 + 0.5;
}

HpdmPictures pictures(double from_deg, double to_deg) {
  HpdmPictures made;
  made.driving = ball_view(rig_camera({from_deg, 0}), kSide);
  made.image = picture(0);
  made.target = rig_camera({to_deg, 0});
  made.normals = picture(1);
  made.render = picture(2);
  return made;
}

struct Vae {
  Parameters parameters = Parameters::random(3);
  AutoencoderKL network{parameters, small_vae()};
  Tensor latents(const Tensor& rgb) const {
    return 0.5 * network.encode(rgb.unsqueeze(0) * 2 - 1).mean;
  }
};

}  // namespace

class HpdmInputsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // (8): seen from where it was taken, an image is itself where its surface is lifted.
  void a_reference_shows_the_driving_image() {
    const HpdmPictures same = pictures(20, 20);
    const ProjectedReference there = project_reference(same);
    QVERIFY(there.known.mean().item<double>() > 0.3);
    const Tensor expected = same.image * there.known + 0.5 * (1 - there.known);
    // All but the few pixels whose holes were closed, at the rim.
    QVERIFY((there.image == expected).to(at::kFloat).mean().item<double>() > 0.97);
    const ProjectedReference away = project_reference(pictures(0, 180));
    QVERIFY(!away.known.any().item<bool>());
    QVERIFY(at::equal(away.image, at::full_like(away.image, 0.5)));
  }

  void depth_may_be_coarser_than_the_picture() {
    HpdmPictures coarse = pictures(0, 20);
    coarse.driving = ball_view(rig_camera({0, 0}), kSide / 2);
    const Tensor known = project_reference(coarse).known;
    const Tensor fine = project_reference(pictures(0, 20)).known;
    QVERIFY((known - fine).abs().mean().item<double>() < 0.1);
  }

  void what_is_read_is_encoded_in_diffusion_units() {
    const at::NoGradGuard no_grad;
    const Vae vae;
    const HpdmPictures first = pictures(0, 30);
    const HpdmPictures second = pictures(30, 60);
    const HpdmView view = encode_hpdm_view(vae.network, small_hpdm(), {first, second});
    QCOMPARE(view.links.size(), std::size_t{2});
    QCOMPARE(view.known.sizes(), (at::IntArrayRef{2, 1, kSide / 8, kSide / 8}));
    const ProjectedReference reference = project_reference(second);
    QVERIFY(at::allclose(view.projected[1], vae.latents(reference.image)[0], 1e-4, 1e-5));
    QVERIFY(at::allclose(view.driving[0], vae.latents(first.image)[0], 1e-4, 1e-5));
    QVERIFY(at::allclose(view.normals[0], vae.latents(first.normals)[0], 1e-4, 1e-5));
    QVERIFY(at::allclose(view.coarse[1], vae.latents(second.render)[0], 1e-4, 1e-5));
    const Tensor cell = reference.known.slice(1, 32, 40).slice(2, 24, 32).mean();
    QVERIFY(at::allclose(view.known[1][0][4][3], cell));
  }

  void parts_that_are_absent_need_no_pictures() {
    const Vae vae;
    HpdmPictures bare = pictures(0, 30);
    bare.normals = bare.render = Tensor();
    HpdmConfig config = small_hpdm();
    try {
      encode_hpdm_view(vae.network, config, {bare});
      QFAIL("normals are missing");
    } catch (const Error& e) {
      QVERIFY(std::string(e.what()).find("normals") != std::string::npos);
    }
    config.geometry_prior = config.implicit = false;
    const HpdmView view = encode_hpdm_view(vae.network, config, {bare});
    QVERIFY(view.projected.defined() && !view.driving.defined() && view.links.empty());
  }
};

QTEST_GUILESS_MAIN(HpdmInputsTest)
#include "hpdm_inputs_test.moc"
