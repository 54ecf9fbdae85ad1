// SPDX-License-Identifier: Apache-2.0
// Pairs of a subject of the view cache.
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/conditioning.h"
#include "core/pipeline/image_tensor.h"
#include "core/training/pair_cache.h"
#include "core/training/pair_file.h"
#include "core/training/view_cache.h"
#include "tests/training/ball_subject.h"
#include "tests/training/tiny_latents.h"

#include <QtTest>

#include <filesystem>

using namespace portrait;
namespace fs = std::filesystem;
class PairCacheTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_subject_becomes_pairs() {
    const QTemporaryDir folder;
    const fs::path root(folder.path().toStdString());
    fs::create_directories(root / "views");
    write_ball_subject(root / "views/views_000004.safetensors");
    make_vae_pack(root / "pack", 1);
    const ModelPack shipped = ModelPack::open(PORTRAIT_SOURCE_DIR "/resources/packs/compact");
    PackNetwork prior = shipped.network("prior");
    fs::copy_file(fs::path(PORTRAIT_SOURCE_DIR "/resources/packs/compact") / prior.file,
                  root / "pack" / prior.file);
    add_network(root / "pack", prior);
    PairCacheOptions options{root / "pairs", root / "views", root / "pack", 0};
    fill_pair_cache(options, {});
    const ModelPack pack = ModelPack::open(root / "pack");
    const PairProvenance provenance{latent_space_of(pack), pack.network("prior").sha256};
    const std::vector<fs::path> files = list_pair_cache(root / "pairs", false);
    QCOMPARE(files.size(), std::size_t{1});
    const PairFile file(files.front(), provenance);
    QVERIFY(!file.has_large());

    // The true target, and by an exact depth its neighbour's picture comes close to it.
    const at::NoGradGuard no_grad;
    const auto vae = load_vae(pack);
    const ViewCacheFile views(root / "views/views_000004.safetensors");
    const Tensor picture = at::avg_pool2d(tensor_of_image(views.rgb(1)).unsqueeze(0), {2, 2});
    QVERIFY(at::allclose(file.truth(1, false), picture_latents(*vae, picture), 1e-2, 1e-2));
    const UNetSizes sizes = compact_control().sizes;
    const HpdmView exact = file.view(1, PairKind::kExact, true, false, sizes);
    const double known = exact.known.mean().item<double>();
    QVERIFY2(known > 0.3 && known < 0.95, qPrintable(QString::number(known)));
    const auto distance = [&](const Tensor& latents) {
      return ((latents - file.truth(1, false)).abs() * (exact.known > 0.99))
          .mean()
          .item<double>();
    };
    QVERIFY(distance(exact.projected) < 0.5 * distance(file.truth(5, false)));
    // Spoilt depths are others, with holes; the head's render is not the truth.
    const HpdmView spoilt = file.view(1, PairKind::kSpoilt, true, false, sizes);
    QVERIFY(!at::equal(spoilt.projected, exact.projected));
    const HpdmView rough = file.view(3, PairKind::kRough, false, false, sizes);
    QVERIFY(!at::equal(rough.driving, file.view(3, PairKind::kField, false, false, sizes).driving));

    // What is there is left alone; what another VAE made is refused.
    const auto time = fs::last_write_time(files.front());
    fill_pair_cache(options, {});
    QCOMPARE(fs::last_write_time(files.front()), time);
    options.large = 1;
    fill_pair_cache(options, {});
    const PairFile whole(files.front(), provenance);
    QVERIFY(whole.has_large());
    QVERIFY(at::equal(whole.truth(1, false), file.truth(1, false)));
    make_vae_pack(root / "pack", 2);
    QVERIFY_THROWS_EXCEPTION(Error, fill_pair_cache(options, {}));
    options.views = root / "nowhere";
    QVERIFY_THROWS_EXCEPTION(Error, fill_pair_cache(options, {}));
  }
};

QTEST_GUILESS_MAIN(PairCacheTest)
#include "pair_cache_test.moc"
