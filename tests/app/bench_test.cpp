// SPDX-License-Identifier: Apache-2.0
// What `portrait bench` writes; never how long it took.
#include "tests/app/run_portrait.h"

#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>

using namespace portrait;

class BenchTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void renderer_rows_and_findings() {
    const RunResult ran =
        run_portrait({"bench", "renderer", "--width", "16", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QVERIFY(json.at("machine").at("gemm_gflops").get<double>() > 0);
    QVERIFY(json.at("rows").size() >= 9);
    for (const auto& row : json.at("rows")) {
      QVERIFY(row.at("median_ms").get<double>() > 0);
      QCOMPARE(row.at("repeats").get<int>(), 1);
    }
    const auto& findings = json.at("findings");
    QVERIFY(findings.at("largest difference of the features").get<double>() < 1e-3);
    QVERIFY(findings.at("largest relative difference of a gradient").get<double>() < 1e-3);
  }

  void reproject_rows_and_findings() {
    const RunResult ran = run_portrait({"bench", "reproject", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QVERIFY(json.at("rows").size() >= 5);
    const auto& findings = json.at("findings");
    QCOMPARE(findings.at("pixels that differ from the reference").get<double>(), 0.0);
    QVERIFY(findings.at("share of the target that is known").get<double>() > 0.8);
  }

  void vae_rows() {
    const RunResult ran = run_portrait({"bench", "vae", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QCOMPARE(json.at("rows").at(0).at("name").get<std::string>(), std::string("vae.encode"));
    QCOMPARE(json.at("rows").at(1).at("name").get<std::string>(), std::string("vae.decode"));
    for (const auto& row : json.at("rows")) {
      QVERIFY(row.at("flops").get<double>() > 1e9);
      QCOMPARE(row.at("config").at("config").get<std::string>(), std::string("compact"));
    }
    QVERIFY(json.at("findings").at("weights, MB in half precision").get<double>() <= 6);
    QCOMPARE(run_portrait({"bench", "vae", "--config", "large"}).code, 2);
  }

  void unet_rows() {
    const RunResult ran = run_portrait({"bench", "unet", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QCOMPARE(json.at("rows").at(0).at("name").get<std::string>(), std::string("unet"));
    QCOMPARE(json.at("rows").at(1).at("name").get<std::string>(), std::string("unet.naive"));
    QCOMPARE(json.at("rows").at(2).at("name").get<std::string>(), std::string("brushnet"));
    const auto& findings = json.at("findings");
    QVERIFY(findings.at("unet: greatest difference from naive, share of the greatest answer")
                .get<double>() < 1e-4);
    QVERIFY(findings.at("unet: times as fast as naive").get<double>() > 0);
    for (const auto& row : json.at("rows")) {
      QVERIFY(row.at("flops").get<double>() > 1e9);
      QCOMPARE(row.at("config").at("config").get<std::string>(), std::string("compact"));
    }
  }

  void hpdm_rows() {
    const RunResult ran = run_portrait({"bench", "hpdm", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QCOMPARE(json.at("rows").at(0).at("name").get<std::string>(), std::string("hpdm"));
    QVERIFY(json.at("findings").at("hpdm: one evaluation over the base's alone").get<double>() > 1);
  }

  void surface_rows_and_findings() {
    const RunResult ran = run_portrait({"bench", "surface", "--repeats", "1", "--json"});
    QCOMPARE(ran.code, 0);
    const auto json = nlohmann::json::parse(ran.out.toStdString());
    QCOMPARE(json.at("rows").at(0).at("name").get<std::string>(), std::string("surface"));
    QCOMPARE(json.at("rows").at(0).at("bytes").get<double>(), 256.0 * 256 * 256 * 4);
    QCOMPARE(json.at("rows").size(), std::size_t(5));
    const auto& findings = json.at("findings");
    // A closed surface of few holes has about half as many vertices as triangles.
    const double triangles = findings.at("triangles").get<double>();
    QVERIFY(triangles > 1e5);
    QVERIFY(std::abs(findings.at("vertices").get<double>() / triangles - 0.5) < 0.01);
    QVERIFY(findings.at("surface: grid read, share of copy bandwidth").get<double>() > 0);
  }

  void unknown_parts_are_refused() {
    const RunResult ran = run_portrait({"bench", "everything"});
    QCOMPARE(ran.code, 2);
  }
};

QTEST_GUILESS_MAIN(BenchTest)
#include "bench_test.moc"
