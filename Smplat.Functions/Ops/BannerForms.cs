using Smplat.Core.Operators;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Forms of the incident banner.</summary>
internal static class BannerForms
{
    internal static Markup Set(OpsVisit visit, bool isReplacement) => OpsForms.Disclosure(
        isReplacement ? "Replace it …" : "Put one up …",
        "",
        OpsForms.Form(
            visit,
            "/ops/banner",
            Markup.Of(
                $"""
                {OpsForms.Text("banner-message", "message", "Message: what happens, and what is done about it", 500)}
                {OpsForms.Select("banner-severity", "severity", "Severity", [("warning", "Warning"), ("critical", "Critical"), ("info", "Info")])}
                {OpsForms.Text("banner-reference", "reference", "Trace, span or ticket (optional)", 200, isRequired: false)}
                <button class="primary">Put up</button>
                """)));

    internal static Markup Clear(OpsVisit visit, IncidentBanner banner) => Markup.Of(
        $"""
        <p><strong>{banner.Message}</strong> <small>{banner.Severity}, put up by {banner.SetBy} {OpsText.Time(banner.SetAt, visit.Now)}</small></p>
        {OpsForms.Disclosure("Take it down …", "", OpsForms.Form(
            visit,
            "/ops/banner/clear",
            Markup.Of($"""{OpsForms.Text("banner-reason", "reason", "Reason: how it ended", 500)}<button class="primary">Take down</button>""")))}
        """);
}
