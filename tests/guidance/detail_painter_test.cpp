// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "tests/guidance/tiny_painter.h"

#include <QtTest>

#include <cmath>

using namespace portrait;

namespace {

constexpr int kSize = 64;

Tensor numbers(at::IntArrayRef shape, std::uint32_t index) {
  Tensor t = at::empty(shape);
  RandomStream random({5, random_purpose("painter test"), index, 0});
  random.fill_normal({t.data_ptr<float>(), static_cast<std::size_t>(t.numel())});
  return t;
}

// A wall before the driving camera, seen again from a little to its side.
HpdmPictures wall() {
  HpdmPictures pictures;
  pictures.driving.camera = rig_camera({0, 0});
  pictures.driving.depth = at::full({16, 16}, 2.6F);
  pictures.image = numbers({3, kSize, kSize}, 0).sigmoid();
  pictures.target = rig_camera({10, 0});
  pictures.normals = at::full({3, kSize, kSize}, 0.5);
  pictures.render = numbers({3, kSize, kSize}, 1).sigmoid();
  return pictures;
}

}  // namespace

class DetailPainterTest : public QObject {
  Q_OBJECT

  std::shared_ptr<const DetailPainter> painter_ = tiny_painter();
  std::shared_ptr<const Conditioning> person_ =
      painter_->base().conditioning(numbers({3, kSize, kSize}, 2).sigmoid());

  Painted painted(const HpdmPictures& pictures, const PaintOptions& options,
                  std::uint32_t noise = 3) const {
    return painter_->paint(painter_->view(pictures, options), *person_, {10, 0},
                           numbers({4, 8, 8}, noise), options);
  }

 private Q_SLOTS:
  void sizes_are_the_networks() {
    QCOMPARE(painter_->base().noise_shape(kSize).channels, 4);
    QCOMPARE(painter_->base().noise_shape(kSize).width, 8);
    QCOMPARE(painter_->base().size_step(), 16);
    const Painted picture = painted(wall(), {});
    QCOMPARE(picture.picture.sizes(), at::IntArrayRef({3, kSize, kSize}));
    QCOMPARE(picture.latents.sizes(), at::IntArrayRef({4, 8, 8}));
    QVERIFY(picture.picture.min().item<float>() >= 0 && picture.picture.max().item<float>() <= 1);
  }

  // With hardly any noise the latents are the render's own, whatever the networks say.
  void without_noise_the_render_comes_back() {
    PaintOptions options;
    options.t = 1;
    const HpdmPictures pictures = wall();
    const Tensor latents = painter_->base().latents(pictures.render);
    const Painted once = painted(pictures, options);
    options.t = 900;
    const Painted far = painted(pictures, options);
    const double near_distance = (once.latents - latents).abs().mean().item<double>();
    const double far_distance = (far.latents - latents).abs().mean().item<double>();
    QVERIFY2(near_distance < 0.2 * far_distance, std::to_string(near_distance).c_str());
  }

  void all_that_it_is_told_counts() {
    const PaintOptions plain;
    const Tensor base = painted(wall(), plain).latents;
    const auto differs = [&](const Painted& other) { return !at::equal(base, other.latents); };
    QVERIFY(!differs(painted(wall(), plain)));
    QVERIFY(differs(painted(wall(), plain, 4)));
    PaintOptions options = plain;
    options.denoise_steps = 3;
    QVERIFY(differs(painted(wall(), options)));
    options = plain;
    options.guidance = 2;
    QVERIFY(differs(painted(wall(), options)));
    for (double HpdmWeights::*part : {&HpdmWeights::explicit_branch, &HpdmWeights::implicit_branch,
                                      &HpdmWeights::geometry_prior}) {
      options = plain;
      options.weights.*part = 0;
      QVERIFY(differs(painted(wall(), options)));
    }
    HpdmPictures other = wall();
    other.image = 1 - other.image;
    QVERIFY(differs(painted(other, plain)));
    other = wall();
    other.normals = at::full({3, kSize, kSize}, 0.9);
    QVERIFY(differs(painted(other, plain)));
  }

  // Where the decoder makes texture of noise, it is given some, of the view's own; the latents that
  // tell the next view stay without.
  void noise_is_left_for_a_decoder_that_makes_texture_of_it() {
    TinyDiffusion networks(1);
    networks.vae.texture_timestep = 60;
    networks.networks.vae = std::make_shared<AutoencoderKL>(networks.of_vae, networks.vae);
    const auto base = std::make_shared<const ViewDiffusion>(networks.networks);
    const DetailPainter painter(base, tiny_hpdm());
    const HpdmPictures pictures = wall();
    const Tensor noise = numbers({4, 8, 8}, 3);
    const auto paint = [&](const PaintOptions& options) {
      return painter.paint(painter.view(pictures, options), *person_, {10, 0}, noise, options);
    };
    const Painted with = paint({});
    PaintOptions options;
    options.texture = false;
    const Painted without = paint(options);
    QVERIFY(at::equal(with.latents, without.latents));
    QVERIFY(at::equal(without.picture, base->picture(without.latents)));
    const double kept = base->schedule().alpha_bar(60);
    const Tensor noisy = std::sqrt(kept) * with.latents + std::sqrt(1 - kept) * noise;
    QVERIFY(at::allclose(with.picture, base->picture(noisy), 1e-4, 1e-5));
    QVERIFY(!at::allclose(with.picture, without.picture, 1e-3, 1e-3));
  }

  // Latents of the driving image that are known beforehand are those that it would be encoded to.
  void known_latents_spare_encoding() {
    HpdmPictures pictures = wall();
    const Painted encoded = painted(pictures, {});
    pictures.latents = painter_->base().latents(pictures.image);
    QVERIFY(at::allclose(painted(pictures, {}).latents, encoded.latents, 1e-4, 1e-5));
    pictures.latents = at::zeros({4, 4, 4});
    QVERIFY_EXCEPTION_THROWN(painted(pictures, {}), Error);
  }
};

QTEST_GUILESS_MAIN(DetailPainterTest)
#include "detail_painter_test.moc"
