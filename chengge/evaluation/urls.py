from django.urls import URLPattern, URLResolver, path

from chengge.evaluation.pages import bulletins, consequence_rules, consequences, dashboards, overview, schemes, schemes_editor

urlpatterns: list[URLPattern | URLResolver] = [
    # Schemes
    path("evaluation/schemes/", schemes.schemes, name="evaluation_schemes"),
    path("evaluation/schemes/new/", schemes.new_scheme, name="evaluation_scheme_new"),
    path("evaluation/schemes/<int:scheme_id>/", schemes.scheme, name="evaluation_scheme"),
    path("evaluation/schemes/<int:scheme_id>/drafts/", schemes.new_draft, name="evaluation_scheme_drafts"),
    path("evaluation/schemes/versions/<int:version_id>/", schemes.version, name="evaluation_scheme_version"),
    path("evaluation/schemes/versions/<int:version_id>/workbook.xlsx", schemes.workbook, name="evaluation_scheme_workbook"),
    path("evaluation/schemes/versions/<int:version_id>/workbook/", schemes.take_workbook, name="evaluation_scheme_take_workbook"),
    path("evaluation/schemes/versions/<int:version_id>/changes/", schemes.changes, name="evaluation_scheme_changes"),
    path("evaluation/schemes/versions/<int:version_id>/preview/", schemes.look, name="evaluation_scheme_preview"),
    path("evaluation/schemes/versions/<int:version_id>/effect/", schemes.effect, name="evaluation_scheme_effect"),
    path("evaluation/schemes/versions/<int:version_id>/discard/", schemes.discard, name="evaluation_scheme_discard"),
    path("evaluation/schemes/versions/<int:version_id>/take-back/", schemes.back, name="evaluation_scheme_back"),
    path("evaluation/schemes/versions/<int:version_id>/edit/", schemes_editor.edit, name="evaluation_scheme_edit"),
    path("evaluation/schemes/versions/<int:version_id>/rule/", schemes_editor.rule, name="evaluation_scheme_rule"),
    path("evaluation/schemes/versions/<int:version_id>/<int:aspect>/new/", schemes_editor.item, name="evaluation_scheme_item_new"),
    path("evaluation/schemes/versions/<int:version_id>/<int:aspect>/<int:place>/", schemes_editor.item, name="evaluation_scheme_item"),
    # Runs, explained and compared
    # Inspections
    # Consequences
    path("evaluation/consequences/", consequences.listed, name="evaluation_consequences"),
    path("evaluation/consequences/propose/", consequences.make, name="evaluation_consequence_propose"),
    path("evaluation/consequences/rules/", consequence_rules.rules, name="evaluation_consequence_rules"),
    path("evaluation/consequences/rules/edit/", consequence_rules.edit, name="evaluation_consequence_rule_edit"),
    path("evaluation/consequences/rules/end/", consequence_rules.end, name="evaluation_consequence_rule_end"),
    path("evaluation/consequences/deposits/", consequences.deposits, name="evaluation_consequence_deposits"),
    path("evaluation/consequences/mine/", consequences.mine, name="evaluation_consequence_mine"),
    path("evaluation/consequences/<int:statement_id>/", consequences.one, name="evaluation_consequence"),
    path("evaluation/consequences/<int:statement_id>/decide/", consequences.decide, name="evaluation_consequence_decide"),
    path("evaluation/consequences/<int:statement_id>/print/", consequences.printed, name="evaluation_consequence_print"),
    path("evaluation/consequences/<int:statement_id>.csv", consequences.as_csv, name="evaluation_consequence_csv"),
    path("evaluation/consequences/<int:statement_id>.xlsx", consequences.as_xlsx, name="evaluation_consequence_xlsx"),
    # Bulletins
    path("evaluation/bulletins/", bulletins.listed, name="evaluation_bulletins"),
    path("evaluation/bulletins/new", bulletins.start, name="evaluation_bulletin_start"),
    path("evaluation/bulletins/<int:number>/", bulletins.shown, name="evaluation_bulletin"),
    path("evaluation/bulletins/<int:number>/edit/", bulletins.edit, name="evaluation_bulletin_edit"),
    path("evaluation/bulletins/<int:number>/preview", bulletins.preview, name="evaluation_bulletin_preview"),
    path(
        "evaluation/bulletins/<int:number>/files/<slug:language>/<slug:audience>.<slug:kind>",
        bulletins.download,
        name="evaluation_bulletin_file",
    ),
    path("evaluation/bulletins/<int:number>/<slug:action>", bulletins.act, name="evaluation_bulletin_act"),
    path("public/bulletins/", bulletins.public_list, name="public_bulletins"),
    path("public/bulletins/<slug:period>/<int:edition>/", bulletins.public_bulletin, name="public_bulletin_one"),
    path("public/bulletins/<slug:period>/<int:edition>/<slug:language>.<slug:kind>", bulletins.public_file, name="public_bulletin_file"),
    # Views
    path("evaluation/", overview.overview, name="evaluation"),
    path("evaluation/dashboards/", dashboards.dashboards, name="evaluation_dashboards"),
    path("evaluation/dashboards/<slug:name>.csv", dashboards.as_csv, name="evaluation_dashboard_csv"),
    path("evaluation/dashboards/areas.geojson", dashboards.heat_areas, name="evaluation_heat_areas"),
]
