namespace Smplat.Core.Trust;

/// <summary>The sample checkout as the content system would send it.</summary>
internal static class SampleDocuments
{
    internal const string Published =
        """
        {
          "collection": "checkout-trust-experiences",
          "environment": "development",
          "doc": {
            "id": "sample-checkout", "slug": "checkout", "name": "Checkout", "environment": "development",
            "_status": "published", "updatedAt": "2026-01-01T00:00:00Z",
            "guaranteeHeadline": "Done on time, or we tell you first",
            "guaranteeDescription": "The figures below come from finished orders and are renewed every quarter of an hour.",
            "assurancePoints": [
              { "id": "on-time", "title": "Delivered when promised", "description": "Most tasks are done before they are due.",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment" } },
              { "id": "answer", "title": "We start soon", "description": "Somebody begins within the hour.",
                "metric": { "metricId": "first_response_minutes", "metricSource": "support_analytics" } },
              { "id": "secure", "title": "Secure payment", "description": "We never see your card." }
            ],
            "supportChannels": [
              { "id": "mail", "channel": "email", "label": "Write to us", "target": "support@example.com", "availability": "Every working day" }
            ],
            "performanceSnapshots": [
              { "id": "on-time", "label": "Done on time", "caption": "All finished tasks", "fallbackValue": "9 in 10",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 120 } },
              { "id": "score", "label": "Customers' score", "caption": "Last 30 days, out of 10", "fallbackValue": "8 and more",
                "metric": { "metricId": "nps_trailing_30d", "metricSource": "fulfillment" } },
              { "id": "founded", "label": "In business since", "fallbackValue": "2019" }
            ],
            "deliveryTimeline": {
              "headline": "Your delivery", "narrative": "From payment to the last task.",
              "fallbackMinMinutes": 1440, "fallbackAverageMinutes": 2880, "fallbackMaxMinutes": 4320,
              "metric": { "metricId": "fulfillment_delivery_sla_forecast", "metricSource": "fulfillment" }
            },
            "testimonials": [
              { "id": "one", "quote": "It was done before I had found the time to ask.", "role": "Studio owner", "segment": "Fitness" }
            ]
          }
        }
        """;

    internal const string Draft =
        """
        {
          "collection": "checkout-trust-experiences",
          "environment": "development",
          "doc": {
            "id": "sample-checkout", "slug": "checkout", "name": "Checkout", "environment": "development",
            "_status": "draft", "updatedAt": "2026-01-02T00:00:00Z",
            "guaranteeHeadline": "On time, with figures to prove it",
            "guaranteeDescription": "The figures below come from finished orders and are renewed every quarter of an hour.",
            "assurancePoints": [
              { "id": "on-time", "title": "Delivered when promised", "description": "Most tasks are done before they are due.",
                "metric": { "metricId": "fulfillment_sla_on_time_completed_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 720 } },
              { "id": "answer", "title": "We start soon", "description": "Somebody begins within the hour.",
                "metric": { "metricId": "first_response_minutes", "metricSource": "support_analytics", "previewState": "stale" } },
              { "id": "secure", "title": "Secure payment", "description": "We never see your card." }
            ],
            "supportChannels": [
              { "id": "mail", "channel": "email", "label": "Write to us", "target": "support@example.com", "availability": "Every working day" }
            ],
            "performanceSnapshots": [
              { "id": "on-time", "label": "Done on time", "caption": "All finished tasks", "fallbackValue": "9 in 10",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 120 } },
              { "id": "score", "label": "Recommended by customers", "caption": "Net promoter score, last 30 days", "fallbackValue": "High",
                "metric": { "metricId": "nps_promoter_score_30d", "metricSource": "fulfillment", "previewState": "fresh",
                  "provenanceNote": "Surveys after each finished task" } },
              { "id": "staffing", "label": "Team on duty", "caption": "Still to be decided", "fallbackValue": "Every day",
                "metric": { "metricId": "operator_presence_pct", "metricSource": "operator_staffing" } },
              { "id": "founded", "label": "In business since", "fallbackValue": "2019" }
            ],
            "deliveryTimeline": {
              "headline": "Your delivery", "narrative": "From payment to the last task.",
              "fallbackMinMinutes": 1440, "fallbackAverageMinutes": 2880, "fallbackMaxMinutes": 4320,
              "metric": { "metricId": "fulfillment_delivery_sla_forecast", "metricSource": "fulfillment", "provenanceNote": "Team plan" }
            },
            "testimonials": [
              { "id": "one", "quote": "It was done before I had found the time to ask.", "role": "Studio owner", "segment": "Fitness" }
            ]
          }
        }
        """;
}
