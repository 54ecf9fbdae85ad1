// SPDX-License-Identifier: Apache-2.0
#include "ui/theme.h"

#include <QApplication>
#include <QFile>
#include <QFontDatabase>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QProxyStyle>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleHints>
#include <QSvgRenderer>

#include <atomic>
#include <memory>
#include <utility>

namespace portrait {
namespace {

QString font_family() {
  static const QString family = [] {
    for (const char* name : {"Inter", "Inter Variable", "Cantarell", "Noto Sans", "DejaVu Sans"}) {
      if (QFontDatabase::hasFamily(QString::fromLatin1(name))) return QString::fromLatin1(name);
    }
    return QFontDatabase::systemFont(QFontDatabase::GeneralFont).family();
  }();
  return family;
}

QByteArray icon_source(const QString& name, const QColor& colour) {
  QFile file(":/icons/" + name + ".svg");
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll().replace("currentColor", colour.name().toLatin1());
}

// Draws the SVG at whatever size is asked for, so that icons stay sharp on dense screens.
class SvgEngine : public QIconEngine {
 public:
  SvgEngine(QString name, QColor Theme::*colour) : name_(std::move(name)), colour_(colour) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const QColor colour = mode == QIcon::Disabled ? theme().faint : theme().*colour_;
    QSvgRenderer(icon_source(name_, colour)).render(painter, QRectF(rect));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return pixmap;
  }
  QIconEngine* clone() const override { return new SvgEngine(name_, colour_); }

 private:
  QString name_;
  QColor Theme::*colour_;
};

// Fusion without the underlined letters of the menus, which show while Alt is held in other
// styles and always in Fusion, and without its pictures on the buttons of a question.
class StudioStyle : public QProxyStyle {
 public:
  StudioStyle() : QProxyStyle(QStyleFactory::create("Fusion")) {}
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* data) const override {
    if (hint == SH_UnderlineShortcut || hint == SH_DialogButtonBox_ButtonsHaveIcons) return 0;
    return QProxyStyle::styleHint(hint, option, widget, data);
  }
};

QPalette palette_of(const Theme& t) {
  QPalette palette;
  palette.setColor(QPalette::Window, t.background);
  palette.setColor(QPalette::Base, t.raised);
  palette.setColor(QPalette::AlternateBase, t.panel);
  palette.setColor(QPalette::Button, t.raised);
  for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                    QPalette::ToolTipText, QPalette::BrightText}) {
    palette.setColor(role, t.text);
    palette.setColor(QPalette::Disabled, role, t.faint);
  }
  palette.setColor(QPalette::ToolTipBase, t.raised);
  palette.setColor(QPalette::PlaceholderText, t.dim);
  palette.setColor(QPalette::Highlight, t.information);
  palette.setColor(QPalette::HighlightedText, t.background);
  palette.setColor(QPalette::Link, t.information);
  palette.setColor(QPalette::LinkVisited, t.information);
  return palette;
}

QString style_sheet(const Theme& t) {
  QFile file(":/theme.qss");
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString sheet = QString::fromUtf8(file.readAll());
  // Longer names first: @accent is a prefix of @accentHover.
  const std::pair<const char*, QString> names[] = {
      {"@accentPressed", t.fill.darker(115).name()},
      {"@accentHover", t.fill.lighter(108).name()},
      {"@onFill", t.on_fill.name()},
      {"@fill", t.fill.name()},
      {"@statusbar", t.statusbar.name()},
      {"@checkmark", t.light ? QStringLiteral("check_light") : QStringLiteral("check")},
      {"@chip", QString("rgba(%1, %2, %3, %4)")
                    .arg(t.chip.red())
                    .arg(t.chip.green())
                    .arg(t.chip.blue())
                    .arg(t.chip.alpha())},
      {"@background", t.background.name()},
      {"@information", t.information.name()},
      {"@outline", t.outline.name()},
      {"@failure", t.failure.name()},
      {"@success", t.success.name()},
      {"@raised", t.raised.name()},
      {"@accent", t.accent.name()},
      {"@panel", t.panel.name()},
      {"@faint", t.faint.name()},
      {"@line", t.line.name()},
      {"@text", t.text.name()},
      {"@dim", t.dim.name()},
  };
  for (const auto& [name, value] : names) sheet.replace(QLatin1String(name), value);
  return sheet;
}

// Read by the thread that draws the viewport, too.
std::atomic<const Theme*> in_force{nullptr};

}  // namespace

const Theme& dark_theme() {
  static const Theme dark;
  return dark;
}

const Theme& light_theme() {
  static const Theme light = [] {
    Theme t;
    t.light = true;
    t.background = QColor("#e9ebee");
    t.panel = QColor("#f5f6f8");
    t.raised = QColor("#ffffff");
    t.line = QColor("#d9dde3");
    t.outline = QColor("#a9b1bd");
    t.text = QColor("#1b1f26");
    t.dim = QColor("#525a68");
    t.faint = QColor("#969eab");
    t.accent = QColor("#8f4f0e");
    t.fill = QColor("#f0a75b");
    t.on_fill = QColor("#1b1f26");
    t.information = QColor("#1d58ad");
    t.success = QColor("#1c663f");
    t.failure = QColor("#a52a26");
    t.statusbar = QColor("#e2e5ea");
    t.backdrop_centre = QColor("#f4f5f7");
    t.backdrop_edge = QColor("#ccd2da");
    t.chip = QColor(250, 251, 252, 225);
    return t;
  }();
  return light;
}

const Theme& theme() {
  const Theme* now = in_force.load();
  return now != nullptr ? *now : dark_theme();
}

QFont ui_font(int pixel_size, int weight) {
  QFont font(font_family());
  font.setPixelSize(pixel_size);
  font.setWeight(QFont::Weight(weight));
  font.setHintingPreference(QFont::PreferNoHinting);
  return font;
}

void apply_theme(QApplication& application) {
  application.setStyle(new StudioStyle);
  application.setFont(ui_font(13));
  switch_theme(application, theme());
  if (reduced_motion()) {
    for (auto effect : {Qt::UI_AnimateMenu, Qt::UI_FadeMenu, Qt::UI_AnimateCombo,
                        Qt::UI_AnimateTooltip, Qt::UI_FadeTooltip}) {
      QApplication::setEffectEnabled(effect, false);
    }
  }
}

void switch_theme(QApplication& application, const Theme& to) {
  if (in_force.load() == &to) return;
  in_force = &to;
  application.setPalette(palette_of(to));
  application.setStyleSheet(style_sheet(to));
}

QIcon themed_icon(const QString& name, QColor Theme::*colour) {
  return QIcon(new SvgEngine(name, colour));
}

QPixmap themed_pixmap(const QString& name, const QColor& colour, int size, qreal pixel_ratio) {
  QPixmap pixmap(QSize(size, size) * pixel_ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  QSvgRenderer(icon_source(name, colour)).render(&painter, QRectF(pixmap.rect()));
  painter.end();
  pixmap.setDevicePixelRatio(pixel_ratio);
  return pixmap;
}

bool reduced_motion() {
  static const bool reduced = qEnvironmentVariableIntValue("PORTRAIT_REDUCED_MOTION") != 0 ||
                              qApp->style()->styleHint(QStyle::SH_Widget_Animation_Duration) == 0;
  return reduced;
}

}  // namespace portrait
