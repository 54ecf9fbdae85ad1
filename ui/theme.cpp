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
  SvgEngine(QString name, QColor colour) : name_(std::move(name)), colour_(std::move(colour)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const QColor colour = mode == QIcon::Disabled ? theme().faint : colour_;
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
  QColor colour_;
};

// Fusion without the underlined letters of the menus: they show while Alt is held in other
// styles, and always in Fusion.
class StudioStyle : public QProxyStyle {
 public:
  StudioStyle() : QProxyStyle(QStyleFactory::create("Fusion")) {}
  int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                QStyleHintReturn* data) const override {
    return hint == SH_UnderlineShortcut ? 0
                                        : QProxyStyle::styleHint(hint, option, widget, data);
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
      {"@accentPressed", t.accent.darker(115).name()},
      {"@accentHover", t.accent.lighter(108).name()},
      {"@statusbar", t.statusbar.name()},
      {"@chip", QStringLiteral("rgba(19, 21, 25, 210)")},
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

}  // namespace

const Theme& theme() {
  static const Theme dark;
  return dark;
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
  application.setPalette(palette_of(theme()));
  application.setFont(ui_font(13));
  application.setStyleSheet(style_sheet(theme()));
  if (reduced_motion()) {
    for (auto effect : {Qt::UI_AnimateMenu, Qt::UI_FadeMenu, Qt::UI_AnimateCombo,
                        Qt::UI_AnimateTooltip, Qt::UI_FadeTooltip}) {
      QApplication::setEffectEnabled(effect, false);
    }
  }
}

QIcon themed_icon(const QString& name, const QColor& colour) {
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
