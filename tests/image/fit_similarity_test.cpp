// SPDX-License-Identifier: Apache-2.0
#include "core/image/fit_similarity.h"
#include "core/base/error.h"

#include <Eigen/Geometry>

#include <QtTest>

#include <cmath>
#include <vector>

using namespace portrait;

namespace {

using Points = std::vector<Eigen::Vector2d>;

Points made_points(double phase) {
  Points points;
  for (int i = 0; i < 7; ++i) {
    points.emplace_back(40 * std::sin(1.7 * i + phase), 30 * std::cos(2.3 * i * i + phase));
  }
  return points;
}

// Umeyama's solution by singular values, as Eigen has it.
Affine2 by_singular_values(const Points& from, const Points& to) {
  Eigen::MatrixXd a(2, from.size());
  Eigen::MatrixXd b(2, to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    a.col(Eigen::Index(i)) = from[i];
    b.col(Eigen::Index(i)) = to[i];
  }
  return Eigen::umeyama(a, b).topRows(2);
}

}  // namespace

class FitSimilarityTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void a_known_similarity_is_found() {
    Affine2 known;
    known << 1.5 * std::cos(2.1), -1.5 * std::sin(2.1), 12, 1.5 * std::sin(2.1),
        1.5 * std::cos(2.1), -300;
    const Points from = made_points(0);
    Points to;
    for (const auto& point : from) to.push_back(apply(known, point));
    QVERIFY((fit_similarity(from, to) - known).norm() < 1e-9);
    QVERIFY((fit_similarity(std::span(from).first(2), std::span(to).first(2)) - known).norm() <
            1e-9);
  }

  void what_no_similarity_explains_is_met_best() {
    const Points from = made_points(0);
    const Points to = made_points(0.4);
    QVERIFY((fit_similarity(from, to) - by_singular_values(from, to)).norm() < 1e-9);
    // A mirror image is turned, not mirrored.
    Points mirrored;
    for (const auto& point : from) mirrored.emplace_back(-point.x() + 3, point.y() * 1.1);
    const Affine2 found = fit_similarity(from, mirrored);
    QVERIFY((found - by_singular_values(from, mirrored)).norm() < 1e-9);
    QVERIFY(found(0, 0) * found(1, 1) - found(0, 1) * found(1, 0) > 0);
  }

  void too_little_is_refused() {
    const Points from = made_points(0);
    const Points same(7, Eigen::Vector2d(2, 3));
    QVERIFY_EXCEPTION_THROWN(fit_similarity(same, from), Error);
    QVERIFY_EXCEPTION_THROWN(fit_similarity(from, std::span(from).first(3)), Error);
    QVERIFY_EXCEPTION_THROWN(fit_similarity(std::span(from).first(1), std::span(from).first(1)),
                             Error);
  }
};

QTEST_GUILESS_MAIN(FitSimilarityTest)
#include "fit_similarity_test.moc"
