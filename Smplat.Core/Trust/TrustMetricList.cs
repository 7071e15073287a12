namespace Smplat.Core.Trust;

/// <summary>The metrics. Adding one is an entry here and the measure that it names; everything else follows.</summary>
public static class TrustMetricList
{
    private const string Fulfillment = "fulfillment";
    private const string Support = "support";

    public static IReadOnlyList<TrustMetric> Create(TrustFactStore facts, ForecastFactStore forecasts)
    {
        var measures = new FactMeasures(facts);
        var forecast = new ForecastMeasure(forecasts);
        return
        [
            .. Required(measures),
            .. Extended(measures, forecast),
            .. Corrected(measures),
        ];
    }

    private static IEnumerable<TrustMetric> Required(FactMeasures measures) =>
    [
        new("fulfillment_sla_on_time_pct", Fulfillment, 1440, measures.OnTimeAsync)
        {
            Meaning = "Share of tasks that were done by the time they were due.",
            Population = "Tasks with a completion and a due (or scheduled) time, whatever their status; all time.",
            Formula = "Tasks completed at or before the due time, divided by all of them.",
        },
        new("first_response_minutes", Support, 360, measures.FirstResponseAsync)
        {
            Meaning = "Minutes from an order to the first work on it.",
            Population = "Tasks that were ever started, whatever their status; all time.",
            Formula = "Mean of first start minus order time; negative ones are left out; one sample a task.",
        },
        new("nps_trailing_30d", Fulfillment, 1440, measures.MeanScoreAsync)
        {
            Meaning = "Mean score that customers gave in the last 30 days.",
            Population = "Tasks completed in the last 720 hours whose result holds a number nps_score.",
            Formula = "Arithmetic mean of the scores. Not promoters minus detractors; that is nps_promoter_score_30d.",
        },
    ];

    private static IEnumerable<TrustMetric> Extended(FactMeasures measures, ForecastMeasure forecast) =>
    [
        new("fulfillment_backlog_minutes", Fulfillment, 120, measures.BacklogAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Minutes by which open tasks are overdue, added up.",
            Population = "Open tasks (pending or in progress).",
            Formula = "Sum of now minus scheduled (or created) time over the overdue ones; no value when none is overdue.",
        },
        new("fulfillment_staffing_coverage_pct", Fulfillment, 180, measures.CoverageAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Work done in the last day against work still open from that day.",
            Population = "The last 24 hours, both ends included.",
            Formula = "Tasks completed, divided by tasks scheduled and still open; may exceed 100 %.",
        },
        new("fulfillment_delivery_sla_forecast", Fulfillment, 60, forecast.MeasureAsync)
        {
            Group = MetricGroup.Extended,
            Meaning = "Minutes until the slowest product's queue is worked off.",
            Population = "Open tasks, completions of the last 720 hours and shifts of the next 36 hours, by product.",
            Formula = "Per product: walk the shifts until the queue is empty, else queue divided by mean capacity; then the maximum.",
        },
    ];

    private static IEnumerable<TrustMetric> Corrected(FactMeasures measures) =>
    [
        new("fulfillment_sla_on_time_completed_pct", Fulfillment, 1440, measures.OnTimeCompletedAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 20,
            Meaning = "Share of completed tasks that were done by the time they were due.",
            Population = "Tasks with status completed, a completion and a due (or scheduled) time; all time.",
            Formula = "As fulfillment_sla_on_time_pct, without failed and cancelled tasks.",
        },
        new("nps_promoter_score_30d", Fulfillment, 1440, measures.PromoterScoreAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 10,
            Meaning = "Net promoter score of the last 30 days, from -100 to 100.",
            Population = "Tasks completed in the last 720 hours with an nps_score from 0 to 10.",
            Formula = "Percent of scores of 9 and more, minus percent of scores of 6 and less.",
        },
        new("fulfillment_backlog_total_minutes", Fulfillment, 120, measures.BacklogTotalAsync)
        {
            Group = MetricGroup.Corrected,
            IsCensus = true,
            Meaning = "Minutes by which open tasks are overdue, added up; 0 when everything is in time.",
            Population = "Open tasks (pending or in progress).",
            Formula = "As fulfillment_backlog_minutes, with 0 where that has no value.",
        },
        new("fulfillment_staffing_coverage_capped_pct", Fulfillment, 180, measures.CappedCoverageAsync)
        {
            Group = MetricGroup.Corrected,
            MinimumSample = 1,
            Meaning = "Work done in the last day against work of that day, at most 100 %.",
            Population = "The last 24 hours, both ends included.",
            Formula = "As fulfillment_staffing_coverage_pct, capped at 100 %; completed tasks count in the sample.",
        },
    ];
}
