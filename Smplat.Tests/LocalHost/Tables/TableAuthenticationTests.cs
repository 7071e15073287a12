using System.Net;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Tables;

public sealed class TableAuthenticationTests
{
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    [Test]
    public async Task A_wrong_account_key_is_refused()
    {
        var azurite = await TestAzurite.GetAsync();
        var wrong = azurite.ConnectionString.Replace("Eby8vdM0", "Abyaaaaa", StringComparison.Ordinal);
        Assert.That(wrong, Is.Not.EqualTo(azurite.ConnectionString));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => new TableClient(wrong, TestAzurite.NewTableName()).CreateIfNotExistsAsync());

        Assert.That(failure!.Status, Is.EqualTo(403));
    }

    [TestCase("UseDevelopmentStorage=true", "http://127.0.0.1:10002/devstoreaccount1/Tables")]
    [TestCase("UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://azurite:99", "http://azurite:10002/devstoreaccount1/Tables")]
    [TestCase($"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={EmulatorKey};EndpointSuffix=core.windows.net", "https://shop.table.core.windows.net/Tables")]
    [TestCase($"AccountName=shop;AccountKey={EmulatorKey};TableEndpoint=http://127.0.0.1:1/shop/", "http://127.0.0.1:1/shop/Tables")]
    public async Task A_connection_string_leads_to_its_endpoint(string connectionString, string address)
    {
        var sent = new RecordedRequests();

        await new TableClient(connectionString, "quotes", sent.Options).CreateIfNotExistsAsync();

        Assert.That(sent.Addresses, Is.EqualTo(new[] { address }));
        Assert.That(sent.Authorizations[0], Does.StartWith("SharedKeyLite "));
    }

    [TestCase("AccountName=shop")]
    [TestCase("nonsense")]
    public void A_connection_string_without_account_is_refused(string connectionString)
    {
        Assert.That(() => new TableClient(connectionString, "quotes"), Throws.TypeOf<FormatException>());
    }

    [Test]
    public async Task A_credential_is_asked_for_a_storage_token()
    {
        var sent = new RecordedRequests();
        var credential = new GivenToken();
        var table = new TableClient(new Uri("https://shop.table.core.windows.net"), "quotes", credential, sent.Options);

        await table.CreateIfNotExistsAsync();

        Assert.That(credential.Scopes, Is.EqualTo(new[] { "https://storage.azure.com/.default" }));
        Assert.That(sent.Authorizations, Is.EqualTo(new[] { "Bearer a-token" }));
    }

    private sealed class GivenToken : TokenCredential
    {
        public string[] Scopes { get; private set; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes = requestContext.Scopes;
            return new AccessToken("a-token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }

    private sealed class RecordedRequests : HttpMessageHandler
    {
        public RecordedRequests() => Options = new TableClientOptions { Transport = new HttpClientTransport(this) };

        public TableClientOptions Options { get; }

        public List<string> Addresses { get; } = [];

        public List<string?> Authorizations { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Addresses.Add(request.RequestUri!.AbsoluteUri);
            Authorizations.Add(request.Headers.Authorization?.ToString());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
