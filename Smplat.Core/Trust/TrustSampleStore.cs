using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>
/// Finished tasks and a checkout page for a local run: badges with values, and a draft that differs from the live
/// version.
/// </summary>
internal sealed class TrustSample(TrustSampleStore store, TrustContentIntake intake, TimeProvider clock) : ISampleData
{
    public async Task<bool> LoadAsync(CancellationToken cancellationToken)
    {
        await store.LoadAsync(clock.GetUtcNow(), cancellationToken);
        await TakeAsync(SampleDocuments.Published, cancellationToken);
        await TakeAsync(SampleDocuments.Draft, cancellationToken);
        return true;
    }

    public Task DropAsync(DateTimeOffset loadedAt, CancellationToken cancellationToken) => store.DropAsync(cancellationToken);

    /// <summary>Stores a document exactly as a message from the content system would.</summary>
    private async Task TakeAsync(string message, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(message);
        var fields = Fields.From(document.RootElement, "body");
        var command = ReceiveContent.Read(fields);
        fields.ThrowIfInvalid();
        await intake.TakeAsync(command, cancellationToken);
    }
}

/// <summary>A month of finished tasks for a local run, with fixed ids.</summary>
internal sealed class TrustSampleStore(NpgsqlDataSource database)
{
    // Ids are derived from the row number, so loading again adds nothing. Open tasks are scheduled in the future, so
    // the worker does not claim them.
    private const string Load =
        """
        insert into products (id, slug, title, category, base_price, status, channel_eligibility)
        select md5('trust-sample-product-' || n)::uuid, slug, title, 'fulfillment', 49, 'active', '["storefront"]'
        from (values (1, 'story-boost', 'Story Boost'), (2, 'reel-launch', 'Reel Launch')) as product (n, slug, title)
        on conflict do nothing;
        insert into orders (id, order_number, status, subtotal, total, created_at)
        select md5('trust-sample-order-' || n)::uuid, 'SAMPLE' || n, 'completed', 49, 49, @Now - n * interval '8 hours'
        from generate_series(1, 75) n
        on conflict do nothing;
        insert into order_items (id, order_id, product_id, product_title, unit_price, total_price)
        select md5('trust-sample-item-' || n)::uuid, md5('trust-sample-order-' || n)::uuid,
            (select id from products where slug = case when n % 3 = 0 then 'reel-launch' else 'story-boost' end),
            case when n % 3 = 0 then 'Reel Launch' else 'Story Boost' end, 49, 49
        from generate_series(1, 75) n
        on conflict do nothing;
        insert into fulfillment_tasks (
            id, order_item_id, ordinal, task_type, status, title, result,
            scheduled_at, due_at, first_started_at, started_at, completed_at, created_at)
        select md5('trust-sample-task-' || n)::uuid, md5('trust-sample-item-' || (n + 1) / 2)::uuid, n % 2, 'content_promotion',
            'completed', 'Sample task ' || n,
            case when n % 2 = 0 then jsonb_build_object('nps_score', 7 + n % 4) else '{}' end,
            at, at + interval '3 hours', at + (8 + n % 19) * interval '1 minute', at + (8 + n % 19) * interval '1 minute',
            at + (55 + n * 7 % 140) * interval '1 minute', at
        from (select n, @Now - ((n + 1) / 2) * interval '8 hours' as at from generate_series(1, 150) n) task
        on conflict do nothing;
        insert into fulfillment_tasks (id, order_item_id, ordinal, task_type, status, title, scheduled_at, created_at)
        select md5('trust-sample-open-' || n)::uuid, md5('trust-sample-item-' || n)::uuid, 9, 'content_promotion', 'pending',
            'Sample task to come ' || n, @Now + interval '30 days', @Now
        from generate_series(1, 24) n
        on conflict do nothing;
        insert into fulfillment_staffing_shifts (id, sku, starts_at, ends_at, hourly_capacity)
        select md5('trust-sample-shift-' || sku || n)::uuid, sku, @Now + (n * 24 - 1) * interval '1 hour', @Now + (n * 24 + 7) * interval '1 hour', 6
        from generate_series(0, 60) n cross join (values ('story-boost'), ('reel-launch')) as product (sku)
        on conflict do nothing;
        """;

    // Items, tasks and their history go with their orders. Products that a real order uses stay.
    private const string Drop =
        """
        delete from orders where id in (select md5('trust-sample-order-' || n)::uuid from generate_series(1, 75) n);
        delete from products
        where id in (select md5('trust-sample-product-' || n)::uuid from generate_series(1, 2) n)
            and not exists (select from order_items where order_items.product_id = products.id);
        delete from fulfillment_staffing_shifts
        where id in (
            select md5('trust-sample-shift-' || sku || n)::uuid
            from generate_series(0, 60) n cross join (values ('story-boost'), ('reel-launch')) as product (sku));
        delete from checkout_trust_experiences where document_id = 'sample-checkout';
        """;

    public async Task DropAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Drop, null, cancellationToken));
    }

    public async Task LoadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Load, new { Now = now }, cancellationToken));
    }
}

/// <summary>The sample checkout, as the content system would send it.</summary>
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
            "guaranteeDescription": "The figures below come from finished orders and are updated every 15 minutes.",
            "assurancePoints": [
              { "id": "on-time", "title": "Delivered when promised", "description": "Most tasks are finished before they are due.",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment" } },
              { "id": "answer", "title": "We start soon", "description": "Work on your order starts within an hour.",
                "metric": { "metricId": "first_response_minutes", "metricSource": "support_analytics" } },
              { "id": "secure", "title": "Secure payment", "description": "We never see your card." }
            ],
            "supportChannels": [
              { "id": "mail", "channel": "email", "label": "Email us", "target": "support@example.com", "availability": "Every working day" }
            ],
            "performanceSnapshots": [
              { "id": "on-time", "label": "Done on time", "caption": "All finished tasks", "fallbackValue": "9 in 10",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 120 } },
              { "id": "score", "label": "Customer score", "caption": "Last 30 days, out of 10", "fallbackValue": "8 or more",
                "metric": { "metricId": "nps_trailing_30d", "metricSource": "fulfillment" } },
              { "id": "founded", "label": "In business since", "fallbackValue": "2019" }
            ],
            "deliveryTimeline": {
              "headline": "Your delivery", "narrative": "From payment to the last task.",
              "fallbackMinMinutes": 1440, "fallbackAverageMinutes": 2880, "fallbackMaxMinutes": 4320,
              "metric": { "metricId": "fulfillment_delivery_sla_forecast", "metricSource": "fulfillment" }
            },
            "testimonials": [
              { "id": "one", "quote": "It was finished before I even asked.", "role": "Studio owner", "segment": "Fitness" }
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
            "guaranteeDescription": "The figures below come from finished orders and are updated every 15 minutes.",
            "assurancePoints": [
              { "id": "on-time", "title": "Delivered when promised", "description": "Most tasks are finished before they are due.",
                "metric": { "metricId": "fulfillment_sla_on_time_completed_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 720 } },
              { "id": "answer", "title": "We start soon", "description": "Work on your order starts within an hour.",
                "metric": { "metricId": "first_response_minutes", "metricSource": "support_analytics", "previewState": "stale" } },
              { "id": "secure", "title": "Secure payment", "description": "We never see your card." }
            ],
            "supportChannels": [
              { "id": "mail", "channel": "email", "label": "Email us", "target": "support@example.com", "availability": "Every working day" }
            ],
            "performanceSnapshots": [
              { "id": "on-time", "label": "Done on time", "caption": "All finished tasks", "fallbackValue": "9 in 10",
                "metric": { "metricId": "fulfillment_sla_on_time_pct", "metricSource": "fulfillment", "freshnessWindowMinutes": 120 } },
              { "id": "score", "label": "Recommended by customers", "caption": "Net promoter score, last 30 days", "fallbackValue": "High",
                "metric": { "metricId": "nps_promoter_score_30d", "metricSource": "fulfillment", "previewState": "fresh",
                  "provenanceNote": "Surveys after each completed task" } },
              { "id": "staffing", "label": "Team on duty", "caption": "To be decided", "fallbackValue": "Every day",
                "metric": { "metricId": "operator_presence_pct", "metricSource": "operator_staffing" } },
              { "id": "founded", "label": "In business since", "fallbackValue": "2019" }
            ],
            "deliveryTimeline": {
              "headline": "Your delivery", "narrative": "From payment to the last task.",
              "fallbackMinMinutes": 1440, "fallbackAverageMinutes": 2880, "fallbackMaxMinutes": 4320,
              "metric": { "metricId": "fulfillment_delivery_sla_forecast", "metricSource": "fulfillment", "provenanceNote": "Team plan" }
            },
            "testimonials": [
              { "id": "one", "quote": "It was finished before I even asked.", "role": "Studio owner", "segment": "Fitness" }
            ]
          }
        }
        """;
}
