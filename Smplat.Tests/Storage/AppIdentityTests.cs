using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Smplat.Functions.Storage;
using Smplat.Tests.Support;

namespace Smplat.Tests.Storage;

/// <summary>
/// Access with a managed identity, which infra uses instead of a connection string. The SDK's credential reads the
/// environment variables of the process, so these tests do not run in parallel.
/// </summary>
[NonParallelizable]
public sealed class AppIdentityTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TokenRequestContext Tables = new(["https://storage.azure.com/.default"]);

    [TearDown]
    public void ForgetIdentity() => SetIdentity(null, null);

    [Test]
    public async Task A_token_is_requested_as_the_platform_expects()
    {
        var (query, header) = ("", "");
        await using var endpoint = await ServeAsync(context =>
        {
            query = Uri.UnescapeDataString(context.Request.QueryString.Value!);
            header = context.Request.Headers["X-IDENTITY-HEADER"].ToString();
            return context.Response.WriteAsync("""{"access_token":"token-1","expires_on":"9999999999","resource":"https://storage.azure.com","token_type":"Bearer"}""");
        });
        SetIdentity(endpoint, "proof");

        var token = await new StorageOptions { AccountName = "st", ClientId = "the-client" }.CreateCredential().GetTokenAsync(Tables, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(token.Token, Is.EqualTo("token-1"));
            Assert.That(query, Does.Contain("resource=https://storage.azure.com").And.Contain("client_id=the-client"));
            Assert.That(header, Is.EqualTo("proof"));
        });
    }

    [Test]
    public async Task A_refusal_is_a_failure_that_names_no_secret()
    {
        await using var endpoint = await ServeAsync(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
        SetIdentity(endpoint, "proof");

        Assert.That(
            async () => await new StorageOptions { AccountName = "st" }.CreateCredential().GetTokenAsync(Tables, CancellationToken.None),
            Throws.InstanceOf<AuthenticationFailedException>().With.Message.Not.Contains("proof"));
    }

    [Test]
    public async Task The_token_is_sent_to_the_table_service()
    {
        var shown = "";
        await using var endpoint = await ServeAsync(context =>
            context.Response.WriteAsync("""{"access_token":"the-token","expires_on":"9999999999","resource":"https://storage.azure.com","token_type":"Bearer"}"""));
        SetIdentity(endpoint, "proof");
        await using var tables = await ServeAsync(
            context =>
            {
                shown = context.Request.Headers.Authorization.ToString();
                context.Response.StatusCode = 201;
                return context.Response.WriteAsync("""{"TableName":"cache"}""");
            },
            secure: true);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var transport = new HttpClientTransport(handler);
        var client = new TableClient(
            AddressOf(tables), "cache", new StorageOptions { AccountName = "st" }.CreateCredential(), new TableClientOptions { Transport = transport });

        await client.CreateIfNotExistsAsync();

        Assert.That(shown, Is.EqualTo("Bearer the-token"));
    }

    [Test]
    public async Task An_upload_address_is_signed_with_a_delegation_key_that_is_fetched_once()
    {
        var (keys, shown) = (0, "");
        await using var endpoint = await ServeAsync(context =>
            context.Response.WriteAsync("""{"access_token":"the-token","expires_on":"9999999999","resource":"https://storage.azure.com","token_type":"Bearer"}"""));
        SetIdentity(endpoint, "proof");
        await using var service = await ServeAsync(
            context =>
            {
                shown = context.Request.Headers.Authorization.ToString();
                var isKey = context.Request.Query["comp"] == "userdelegationkey";
                keys += isKey ? 1 : 0;
                context.Response.StatusCode = isKey ? 200 : 201;
                context.Response.ContentType = "application/xml";
                return context.Response.WriteAsync(isKey
                    ? $"""
                        <?xml version="1.0" encoding="utf-8"?>
                        <UserDelegationKey><SignedOid>oid-1</SignedOid><SignedTid>tid-1</SignedTid><SignedStart>2026-05-01T11:55:00Z</SignedStart>
                        <SignedExpiry>2026-05-01T18:00:00Z</SignedExpiry><SignedService>b</SignedService><SignedVersion>2024-11-04</SignedVersion>
                        <Value>{Convert.ToBase64String(new byte[32])}</Value></UserDelegationKey>
                        """
                    : "");
            },
            secure: true);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var transport = new HttpClientTransport(handler);
        using var assets = new BlobAssets(
            new Commerce.Support.Monitor<StorageOptions>(new() { BlobServiceUri = new Uri(AddressOf(service), "stsmplat") }), new FixedClock(Now), transport);

        var first = await assets.SignUploadAsync("product-media/a.png", "image/png", TimeSpan.FromSeconds(300), CancellationToken.None);
        var second = await assets.SignUploadAsync("product-media/b.png", "image/png", TimeSpan.FromSeconds(300), CancellationToken.None);

        var query = System.Web.HttpUtility.ParseQueryString(first.UploadUrl.Query);
        Assert.Multiple(() =>
        {
            Assert.That((query["skoid"], query["sp"], query["sr"], query["spr"]), Is.EqualTo(("oid-1", "c", "b", "https")));
            Assert.That(query["se"], Is.EqualTo("2026-05-01T12:05:00Z"));
            Assert.That(query["sig"], Is.Not.Empty.And.Not.EqualTo(System.Web.HttpUtility.ParseQueryString(second.UploadUrl.Query)["sig"]));
            Assert.That(first.AssetUrl.Query, Is.Empty);
            Assert.That((keys, shown), Is.EqualTo((1, "Bearer the-token")));
        });
    }

    [TestCase("AzureWebJobsStorage__accountName", "stsmplat", "https://stsmplat.table.core.windows.net/")]
    [TestCase("AzureWebJobsStorage__tableServiceUri", "https://tables.example.com/", "https://tables.example.com/")]
    [TestCase("AzureWebJobsStorage:accountName", "stsmplat", "https://stsmplat.table.core.windows.net/")]
    public void The_account_is_found_by_the_names_that_the_host_uses(string setting, string value, string expected)
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { [setting] = value };

        Assert.That(Smplat.Core.Platform.Settings.SettingsReader.Read<StorageOptions>(configuration).Settings.IdentityTables, Is.EqualTo(new Uri(expected)));
    }

    [Test]
    public async Task Without_an_identity_the_app_serves_and_shares_nothing()
    {
        await using var nobody = await ServeAsync(context =>
        {
            context.Response.StatusCode = 400;
            return Task.CompletedTask;
        });
        SetIdentity(nobody, "proof");
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["AzureWebJobsStorage__accountName"] = "stsmplat" });

        var answer = await app.Client.PostAsync(
            "/functions/v1/loopgpt_route_order",
            new StringContent(
                """{"items":[{"id":"1","name":"Test","quantity":1,"unit":"pcs"}],"shippingAddress":{"street":"1 Test","city":"SF","state":"CA","postalCode":"94102","country":"US"}}"""));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static void SetIdentity(WebApplication? endpoint, string? header)
    {
        Environment.SetEnvironmentVariable("IDENTITY_ENDPOINT", endpoint is null ? null : new Uri(AddressOf(endpoint), "msi/token").ToString());
        Environment.SetEnvironmentVariable("IDENTITY_HEADER", header);
    }

    private static Uri AddressOf(WebApplication app) => new(app.Urls.First());

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer, bool secure = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (secure)
            {
                listen.UseHttps(Certificate());
            }
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(50));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
