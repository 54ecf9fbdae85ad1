// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/fine_detail.h"
#include "tests/pipeline/tiny_head.h"

#include <QtTest>

using namespace portrait;

namespace {

constexpr int kSize = 64;

// A grain of one pixel, which no ray of the head resolves.
Tensor grain(double strength) {
  const Tensor row = (at::arange(kSize).remainder(2) * 2 - 1).to(at::kFloat);
  return (row.unsqueeze(0) * row.unsqueeze(1) * strength).unsqueeze(0).expand({3, kSize, kSize});
}

}  // namespace

class FineDetailTest : public QObject {
  Q_OBJECT

  Field head_ = with_surface(tiny_head({0.8F, 0.3F, 0.2F}));

  static Field with_surface(Field head) {
    head.detail = blank_surface_detail();
    head.requires_grad(true);
    return head;
  }

  static ViewGraph look(const Field& head, double azimuth) {
    ViewGraphOptions options;
    options.width = kSize / 4;
    options.coarse = 16;
    options.fine = 8;
    return ViewGraph(head, rig_camera({azimuth, 0}), options);
  }

  // Where the ball faces the camera.
  static Tensor middle(const Tensor& picture) { return picture.narrow(1, 28, 8).narrow(2, 28, 8); }
  static void say(FineDetail& fine, FineDetail::Source source, const ViewGraph& graph,
                  const Tensor& target, const Tensor& mask, double rate) {
    fine.add(source, FineDetail::Shown::of(graph, graph.surface()), target, mask, rate);
  }
  static double largest(const Tensor& t) { return t.abs().max().item<double>(); }

 private Q_SLOTS:
  void coarse_differences_are_left_to_the_planes() {
    Field head = head_.clone();
    FineDetail fine;
    const ViewGraph graph = look(head, 0);
    say(fine, FineDetail::Source::kPainted, graph, graph.rgb() + 0.2, {}, 1);
    fine.apply(head.detail);
    QVERIFY(largest(head.detail) < 0.03);  // of single texels at the outline
    QVERIFY(head.detail.abs().mean().item<double>() < 1e-3);
  }

  void without_a_rate_or_a_surface_nothing_is_said() {
    Field head = head_.clone();
    FineDetail fine;
    const ViewGraph graph = look(head, 0);
    say(fine, FineDetail::Source::kPainted, graph, graph.rgb() + grain(0.1), {}, 0);
    fine.apply(head.detail);
    QCOMPARE(largest(head.detail), 0.0);
    head.detail = Tensor();
    const ViewGraph bare = look(head, 0);
    QVERIFY(bare.surface_texels() == nullptr);
    say(fine, FineDetail::Source::kPhoto, bare, bare.rgb() + grain(0.1), {}, 1);
    fine.apply(head.detail);
    QVERIFY(!head.detail.defined());
  }

  // Told of it again and again, the head comes to show it, and its pictures do so everywhere.
  void the_head_comes_to_what_is_painted() {
    Field head = head_.clone();
    const Tensor wanted = look(head, 0).rgb() + fine_strokes(look(head, 0));
    const auto off = [&] {
      const ViewGraph graph = look(head, 0);
      return middle(wanted - graph.rgb()).abs().mean().item<double>();
    };
    const double before = off();
    for (int i = 0; i < 12; ++i) {
      FineDetail fine;
      const ViewGraph graph = look(head, 0);
      say(fine, FineDetail::Source::kPainted, graph, wanted, {}, 0.6);
      fine.apply(head.detail);
    }
    QVERIFY2(off() < 0.6 * before, qPrintable(QString("%1 of %2").arg(off()).arg(before)));
  }

  // What a texel's mean over its pixels leaves out is asked again: one picture of the photo says
  // it nearly all, of what the rays do not show (the strokes less their coarse part).
  void the_photo_is_taken_whole_at_once() {
    Field head = head_.clone();
    const ViewGraph before = look(head, 0);
    const Tensor strokes = fine_strokes(before);
    FineDetail fine;
    say(fine, FineDetail::Source::kPhoto, before, before.rgb() + strokes, {}, 1);
    fine.apply(head.detail);
    const Tensor taken = before.surface_texels()->picture(head.detail);
    const Tensor asked = fine_part(strokes, before.surface_texels()->opacity(), 0.75 * 4);
    const double left = middle(asked - taken).pow(2).mean().item<double>();
    const double of = middle(asked).pow(2).mean().item<double>();
    QVERIFY2(left < 0.02 * of, qPrintable(QString("%1 of %2").arg(left).arg(of)));
  }

  // Where the photo sees the surface from in front, nothing that is painted there counts; behind
  // the head it does. What was said is forgotten with the update.
  void the_photo_has_the_say_where_it_sees() {
    Field head = head_.clone();
    FineDetail fine;
    const ViewGraph front = look(head, 0), back = look(head, 180);
    say(fine, FineDetail::Source::kPainted, front, front.rgb() + grain(0.3), {}, 1);
    say(fine, FineDetail::Source::kPainted, back, back.rgb() + grain(0.3), {}, 1);
    say(fine, FineDetail::Source::kPhoto, front, front.rgb(), {}, 1);
    fine.apply(head.detail);
    const auto shown = [&](const ViewGraph& graph) {
      return largest(middle(graph.surface_texels()->picture(head.detail)));
    };
    QVERIFY(shown(front) < 1e-3);
    QVERIFY(shown(back) > 0.01);
    const Tensor before = head.detail.clone();
    fine.apply(head.detail);
    QVERIFY(at::equal(head.detail, before));
  }

  // However dark one is, one painting moves no texel far; the photo is taken at its word.
  void stray_specks_count_little() {
    for (const auto source : {FineDetail::Source::kPainted, FineDetail::Source::kPhoto}) {
      Field head = head_.clone();
      FineDetail fine;
      const ViewGraph graph = look(head, 0);
      Tensor speckled = graph.rgb().clone();
      speckled.narrow(1, 31, 2).narrow(2, 31, 2).sub_(0.6);
      say(fine, source, graph, speckled, {}, 1);
      fine.apply(head.detail);
      const bool painted = source == FineDetail::Source::kPainted;
      QCOMPARE(largest(head.detail) <= 0.0601, painted);
    }
  }

  void an_artist_is_believed_before_the_photo() {
    Field head = head_.clone();
    FineDetail fine;
    const ViewGraph graph = look(head, 0);
    say(fine, FineDetail::Source::kPhoto, graph, graph.rgb() - grain(0.3), {}, 1);
    say(fine, FineDetail::Source::kArtist, graph, graph.rgb() + grain(0.3), {}, 1);
    fine.apply(head.detail);
    const Tensor shown = graph.surface_texels()->picture(head.detail);
    QVERIFY(middle(shown * grain(1)).mean().item<double>() > 0.02);
  }

  void gradients_take_it_as_a_constant() {
    Field head = head_.clone();
    head.requires_grad(true);
    const ViewGraph without = look(head, 0);
    head.detail = at::full({CapsuleMap::kTexels, 3}, 0.1F);
    const ViewGraph with = look(head, 0);
    QVERIFY(largest(with.rgb() - without.rgb()) > 0.05);
    QVERIFY(at::equal(with.smooth(), without.rgb()) && at::equal(without.smooth(), without.rgb()));
    const Tensor asked = at::ones_like(with.rgb());
    const GradientList a = with.pull({asked, {}, {}}), b = without.pull({asked, {}, {}});
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(at::equal(a[i], b[i]));
  }

 private:
  // Of two pixels: what the texels can hold at this size.
  static Tensor fine_strokes(const ViewGraph& graph) {
    const Tensor row = at::sin(at::arange(kSize).to(at::kFloat) * 1.5) * 0.2;
    return row.reshape({1, 1, kSize}).expand({3, kSize, kSize}) * graph.surface_texels()->opacity();
  }
};

QTEST_GUILESS_MAIN(FineDetailTest)
#include "fine_detail_test.moc"
