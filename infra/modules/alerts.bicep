// What Azure Monitor watches by itself, beside the Prometheus rules: the app from outside, the database, failed jobs.
param location string
param tags object
param environmentName string
param email string
param appId string
param appHost string
param databaseId string
param insightsId string

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'smplat'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// With strict=true readiness answers 503 while a component is in error.
resource readiness 'Microsoft.Insights/webtests@2022-06-15' = {
  name: 'readiness-${environmentName}'
  location: location
  tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
  kind: 'standard'
  properties: {
    SyntheticMonitorId: 'readiness-${environmentName}'
    Name: 'readiness'
    Enabled: true
    Kind: 'standard'
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [{ Id: 'us-va-ash-azr' }, { Id: 'us-ca-sjc-azr' }, { Id: 'emea-nl-ams-azr' }]
    Request: { RequestUrl: 'https://${appHost}/api/v1/health/readyz?strict=true', HttpVerb: 'GET' }
    ValidationRules: { ExpectedHttpStatusCode: 200, SSLCheck: true, SSLCertRemainingLifetimeCheck: 14 }
  }
}

resource notReady 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'not-ready-${environmentName}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Readiness fails from two or more places. Runbook: docs/runbooks/readiness.md'
    severity: 0
    enabled: true
    scopes: [readiness.id, insightsId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria'
      webTestId: readiness.id
      componentId: insightsId
      failedLocationCount: 2
    }
    actions: [{ actionGroupId: operators.id }]
  }
}

var figures = [
  {
    name: 'server-errors'
    target: appId
    metric: 'Http5xx'
    kind: 'Microsoft.Web/sites'
    operator: 'GreaterThan'
    threshold: 10
    aggregation: 'Total'
    severity: 2
    runbook: 'readiness'
  }
  {
    name: 'database-cpu'
    target: databaseId
    metric: 'cpu_percent'
    kind: 'Microsoft.DBforPostgreSQL/flexibleServers'
    operator: 'GreaterThan'
    threshold: 85
    aggregation: 'Average'
    severity: 2
    runbook: 'database'
  }
  {
    name: 'database-storage'
    target: databaseId
    metric: 'storage_percent'
    kind: 'Microsoft.DBforPostgreSQL/flexibleServers'
    operator: 'GreaterThan'
    threshold: 80
    aggregation: 'Average'
    severity: 2
    runbook: 'database'
  }
  {
    name: 'database-connections'
    target: databaseId
    metric: 'connections_failed'
    kind: 'Microsoft.DBforPostgreSQL/flexibleServers'
    operator: 'GreaterThan'
    threshold: 10
    aggregation: 'Total'
    severity: 2
    runbook: 'database'
  }
]

resource figureAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for figure in figures: {
    name: '${figure.name}-${environmentName}'
    location: 'global'
    tags: tags
    properties: {
      description: 'Runbook: docs/runbooks/${figure.runbook}.md'
      severity: figure.severity
      enabled: true
      scopes: [figure.target]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: figure.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: figure.kind
            metricName: figure.metric
            operator: figure.operator
            threshold: figure.threshold
            timeAggregation: figure.aggregation
          }
        ]
      }
      actions: [{ actionGroupId: operators.id }]
    }
  }
]

var searches = [
  {
    name: 'server-action-failed'
    query: 'traces | where message startswith "server_action_failed"'
    severity: 2
    runbook: 'job-failures'
  }
  {
    name: 'job-spans-failed'
    query: 'dependencies | where name startswith "job " and success == false'
    severity: 2
    runbook: 'job-failures'
  }
]

resource searchAlerts 'Microsoft.Insights/scheduledQueryRules@2023-03-15-preview' = [
  for search in searches: {
    name: '${search.name}-${environmentName}'
    location: location
    tags: tags
    properties: {
      description: 'Runbook: docs/runbooks/${search.runbook}.md'
      severity: search.severity
      enabled: true
      scopes: [insightsId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      criteria: {
        allOf: [{ query: search.query, timeAggregation: 'Count', operator: 'GreaterThan', threshold: 0 }]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]
