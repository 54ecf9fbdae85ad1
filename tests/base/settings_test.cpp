// SPDX-License-Identifier: Apache-2.0
#include "core/base/angle_list.h"
#include "core/base/settings.h"
#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

#include <clocale>
#include <limits>
#include <set>

using namespace portrait;

namespace {

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::kInternal, "no error was thrown");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A valid value other than the default.
SettingValue another(const SettingRow& row) {
  if (std::holds_alternative<FlagDomain>(row.domain)) return !std::get<bool>(row.fallback);
  if (const auto* d = std::get_if<IntegerDomain>(&row.domain)) {
    return std::get<std::int64_t>(row.fallback) == d->high ? d->low : d->high;
  }
  if (const auto* d = std::get_if<RealDomain>(&row.domain)) {
    return (d->low + d->high) / 3 + 1e-7;
  }
  if (std::holds_alternative<AngleListDomain>(row.domain)) return std::string("0,0 45.5,-20");
  if (std::holds_alternative<TextDomain>(row.domain)) return std::string("a head, from the side");
  const auto& names = std::get<ChoiceDomain>(row.domain).names;
  return names.front() == std::get<std::string>(row.fallback) ? names.back() : names.front();
}

}  // namespace

class SettingsTest : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void the_table_is_sound() {
    std::set<std::string> keys;
    std::set<std::string> groups;
    std::string group;
    for (const SettingRow& row : settings_table()) {
      QVERIFY2(keys.insert(row.key).second, row.key.c_str());
      if (row.group != group) QVERIFY2(groups.insert(row.group).second, "groups are contiguous");
      group = row.group;
      QVERIFY2(!row.label.empty() && row.help.size() > 20 && row.help.back() == '.',
               row.key.c_str());
      Settings settings;
      settings.set(row.key, row.fallback);  // throws when the default is outside its domain
      QVERIFY2(settings.value(row.key).index() == row.fallback.index(), row.key.c_str());
    }
  }

  // A row that nothing reads would be a control that does nothing.
  void every_row_has_a_reader() {
    QString sources;
    for (const char* folder : {"/core", "/ui", "/app"}) {
      QDirIterator files(QString(PORTRAIT_SOURCE_DIR) + folder, {"*.cpp", "*.h"}, QDir::Files,
                         QDirIterator::Subdirectories);
      while (files.hasNext()) {
        QFile file(files.next());
        if (file.fileName().contains("core/base/settings")) continue;
        QVERIFY(file.open(QIODevice::ReadOnly));
        sources += QString::fromUtf8(file.readAll());
      }
    }
    QByteArrayList dead;
    for (const SettingRow& row : settings_table()) {
      const auto read =
          QRegularExpression("get<[a-z0-9_:]+>\\(\\s*\"" +
                             QRegularExpression::escape(QString::fromStdString(row.key)) + "\"\\)");
      if (!read.match(sources).hasMatch()) dead += row.key.c_str();
    }
    QVERIFY2(dead.isEmpty(), dead.join(", "));
  }

  void every_value_survives_text_and_json() {
    Settings changed;
    Settings from_text;
    for (const SettingRow& row : settings_table()) {
      changed.set(row.key, another(row));
      QVERIFY2(!changed.is_default(row.key), row.key.c_str());
      from_text.set_assignment(row.key + "=" + setting_text(changed.value(row.key)));
    }
    QCOMPARE(from_text, changed);
    Settings from_json;
    from_json.apply(nlohmann::json::parse(changed.to_json().dump()));
    QCOMPARE(from_json, changed);
    QCOMPARE(changed.changed_json(), changed.to_json());
    for (const SettingRow& row : settings_table()) changed.reset(row.key);
    QCOMPARE(changed, Settings());
    QVERIFY(changed.changed_json().empty());
  }

  void an_unknown_key_brings_the_nearest() {
    Settings settings;
    for (const auto& [wrong, right] : {std::pair{"sed", "seed"},
                                       {"photofit.minutes", "photo_fit.minutes"},
                                       {"mesh.resolutoin", "mesh.resolution"}}) {
      const auto error = error_of([&] { settings.set_text(wrong, "1"); });
      QCOMPARE(error.code(), ErrorCode::kBadUsage);
      QVERIFY2(contains(error.message(), std::string("\"") + right + "\""), error.what());
    }
    QVERIFY(contains(error_of([&] { settings.apply_preset("drafft"); }).message(), "\"draft\""));
  }

  void values_outside_their_domain_change_nothing() {
    Settings settings;
    for (const char* wrong :
         {"seed=-1", "seed=1.5", "seed=", "seed= 1", "seed=1x", "seed=one", "photo_fit.minutes=nan",
          "photo_fit.minutes=inf", "photo_fit.minutes=-1", "photo_fit=maybe", "background=pink", "detail.viewpoints=", "detail.viewpoints=0,0 30",
          "detail.viewpoints=0,0 0,0", "detail.viewpoints=0,90", "detail.viewpoints=190,0",
          "detail.viewpoints=0,0,30,0", "detail.viewpoints=0,0x", "detail.viewpoints=0,0,",
          "detail.viewpoints=0,0,4.1", "detail.viewpoints=0,0,-1", "detail.viewpoints=0,0,nan",
          "detail.viewpoints=0,0,x", "detail.viewpoints=0,0 0,0,2", "detail.viewpoints=,0,1",
          "device=", "seed=99999999999999999999", "seed", ""}) {
      const auto error = error_of([&] { settings.set_assignment(wrong); });
      QVERIFY2(error.code() == ErrorCode::kBadUsage, wrong);
    }
    QCOMPARE(settings, Settings());
    const auto error = error_of([&] { settings.set_text("photo_fit.minutes", "-1"); });
    QCOMPARE(error.message(),
             "Setting \"photo_fit.minutes\" cannot be \"-1\"; it takes a number "
             "from 0.05 to 240 min");
    QCOMPARE(error.context(), "photo_fit.minutes");
  }

  void lists_of_angles_are_kept_in_one_form() {
    Settings settings;
    settings.set_assignment("detail.viewpoints= 0,0;  -30.50,10\t180,-5 ");
    QCOMPARE(settings.get<std::string>("detail.viewpoints"), "0,0 -30.5,10 180,-5");
    // A weight stands there where it is not 1.
    settings.set_assignment("detail.viewpoints=0,0,1 30,0,.50;60,0,0 90,0,4.0");
    QCOMPARE(settings.get<std::string>("detail.viewpoints"), "0,0 30,0,0.5 60,0,0 90,0,4");
    const std::vector<WeightedAngles> list{{0, 0, 1}, {30, -12.5, 0.25}, {180, 80, 0}};
    QCOMPARE(angle_list_text(list), "0,0 30,-12.5,0.25 180,80,0");
    QVERIFY(parse_angle_list(angle_list_text(list)) == list);
    QVERIFY(parse_angle_list(" ;").empty());
  }

  void a_wrong_viewpoint_is_named() {
    Settings settings;
    const auto said = [&](const char* text) {
      return error_of([&] { settings.set_text("detail.viewpoints", text); }).message();
    };
    QCOMPARE(said("0,0 30,0,5"),
             "\"30,0,5\" is no viewpoint: its weight is to be a number from 0 to 4, not \"5\"");
    QCOMPARE(said("0,0 30,85"),
             "\"30,85\" is no viewpoint: its elevation is to be a number from -80 to 80, not "
             "\"85\"");
    QCOMPARE(said("0,0 30"),
             "\"30\" is no viewpoint; write azimuth,elevation or azimuth,elevation,weight, as in "
             "\"30,0\" or \"30,0,0.5\"");
    QCOMPARE(said("0,0 30,5 30,5,2"), "The viewpoint 30,5 is named twice");
    QVERIFY(said("").find("1 to 32 viewpoints") != std::string::npos);
  }

  void json_is_all_or_nothing() {
    Settings settings;
    for (const char* wrong :
         {R"({"seed": 5, "mesh.resolution": "large"})", R"({"seed": 5, "x": 1})",
          R"({"seed": [5]})", R"({"seed": null})", R"({"seed": true})", R"({"photo_fit": 1})",
          R"([1])", R"({"seed": 18446744073709551615})"}) {
      const auto error = error_of([&] { settings.apply(nlohmann::json::parse(wrong)); });
      QVERIFY2(error.code() == ErrorCode::kBadUsage, wrong);
      QCOMPARE(settings, Settings());
    }
    settings.apply(nlohmann::json::parse(R"({"seed": 5.0, "photo_fit.minutes": 2})"));
    QCOMPARE(settings.get<int>("seed"), 5);
    QCOMPARE(settings.get<double>("photo_fit.minutes"), 2.0);
  }

  void reading_as_another_type_is_our_own_mistake() {
    const Settings settings;
    QCOMPARE(error_of([&] { settings.get<double>("seed"); }).code(), ErrorCode::kInternal);
    QCOMPARE(error_of([&] { settings.get<bool>("sed"); }).code(), ErrorCode::kBadUsage);
    QCOMPARE(settings.get<std::string>("device"), std::string("auto"));
    QCOMPARE(settings.get<bool>("photo_fit"), true);
  }

  void numbers_do_not_follow_the_locale() {
    for (const char* locale : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"}) {
      std::setlocale(LC_ALL, locale);
      Settings settings;
      settings.set_text("photo_fit.minutes", "1.5");
      QCOMPARE(settings.get<double>("photo_fit.minutes"), 1.5);
      QCOMPARE(setting_text(settings.value("photo_fit.minutes")), std::string("1.5"));
    }
    std::setlocale(LC_ALL, "C");
  }

  void presets_set_what_they_list() {
    std::set<std::string> names;
    for (const SettingsPreset& preset : settings_presets()) {
      names.insert(preset.name);
      Settings settings;
      settings.apply_preset(preset.name);
      QCOMPARE(settings.changed_json().size(), preset.values.size());
    }
    QCOMPARE(names, (std::set<std::string>{"draft", "standard", "high", "paper"}));
    Settings draft;
    draft.apply_preset("draft");
    Settings high;
    high.apply_preset("high");
    QVERIFY(draft.get<double>("photo_fit.minutes") < high.get<double>("photo_fit.minutes"));
    Settings paper;
    paper.apply_preset("paper");
    QVERIFY(!paper.get<bool>("photo_fit") && paper.get<bool>("detail"));
    QCOMPARE(paper.get<int>("diffusion.t_min"), paper.get<int>("diffusion.t_max"));
    QCOMPARE(paper.get<int>("detail.inner_steps"), 1);
    QCOMPARE(paper.get<int>("detail.views_per_iteration"), 13);
    QCOMPARE(paper.get<double>("detail.colour_scale"), 0.0);
    QVERIFY(!paper.get<bool>("detail.keep_outlines"));
  }

  void help_and_manual_name_every_row() {
    const std::string all = settings_help(true);
    const std::string usual = settings_help(false);
    const std::string page = settings_markdown();
    for (const SettingRow& row : settings_table()) {
      QVERIFY2(contains(all, row.key + " ") && contains(all, row.help), row.key.c_str());
      QCOMPARE(contains(usual, "  " + row.key + " "), !row.advanced);
      QVERIFY2(contains(page, "`" + row.key + "`"), row.key.c_str());
    }
    for (const SettingsPreset& preset : settings_presets()) {
      QVERIFY(contains(page, "`" + preset.name + "`"));
    }
  }

  // docs/settings.md is this table. PORTRAIT_UPDATE_DOCS=1 in this test's environment writes it.
  void the_page_in_the_tree_is_the_table() {
    QFile page(PORTRAIT_SOURCE_DIR "/docs/settings.md");
    if (qEnvironmentVariableIsSet("PORTRAIT_UPDATE_DOCS")) {
      QDir().mkpath(PORTRAIT_SOURCE_DIR "/docs");
      QVERIFY(page.open(QIODevice::WriteOnly));
      page.write(QByteArray::fromStdString(settings_markdown()));
      page.close();
    }
    QVERIFY2(page.open(QIODevice::ReadOnly), "docs/settings.md is missing");
    QVERIFY2(page.readAll().toStdString() == settings_markdown(),
             "docs/settings.md is stale; run this test with PORTRAIT_UPDATE_DOCS=1 and commit it");
  }
};

QTEST_GUILESS_MAIN(SettingsTest)
#include "settings_test.moc"
